"""The routes, a module a feature."""
