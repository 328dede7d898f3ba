"""State and log in SQLite, through SQLAlchemy Core."""
