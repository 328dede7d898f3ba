"""Repositories on this machine, through the user's own git program."""
