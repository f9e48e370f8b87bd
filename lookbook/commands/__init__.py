"""The subcommands: a module each, whose `command` is a click command."""
