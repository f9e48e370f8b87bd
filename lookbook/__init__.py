"""The command line `lookbook`."""
