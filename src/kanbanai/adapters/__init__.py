"""The world: one folder for each kind of driver; none imports another."""
