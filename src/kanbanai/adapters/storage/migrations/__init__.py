"""How older databases come to the present schema (Alembic); each revision is frozen once it has been released."""
