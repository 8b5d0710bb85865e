"""What a person starts: the command, building and publishing, the record."""

__version__ = "0.1.0"
