"""What Alembic runs for every upgrade, on the connection and in the transaction that `migrate` has begun."""

from __future__ import annotations

from alembic import context

from kanbanai.adapters.storage.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
