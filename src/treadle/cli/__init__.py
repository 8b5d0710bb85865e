"""The command: one small file a subcommand, which parses arguments and calls one function."""
