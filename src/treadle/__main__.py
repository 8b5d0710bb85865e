"""`python -m treadle` is the `treadle` command."""

from treadle.app.cli.main import command

if __name__ == "__main__":
    command()
