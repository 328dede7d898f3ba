"""Brokers: how nodes tell each other that something was committed."""
