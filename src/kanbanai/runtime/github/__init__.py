"""GitHub: the connection, and what comes in and goes out over it."""
