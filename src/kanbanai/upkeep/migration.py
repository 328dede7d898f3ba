"""`kanbanai migrate`: what a server does with the database when it starts, without the server."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from kanbanai.adapters.storage import migrate as migrations
from kanbanai.adapters.storage import schema
from kanbanai.adapters.storage.open import open_store
from kanbanai.adapters.system import RandomIds, SystemClock
from kanbanai.config import Settings
from kanbanai.domain.log import Entry


class Migrated(NamedTuple):
    """What became of the database: its schema now, whether it is new, and, if it was changed, a copy of it before."""

    schema: str
    is_new: bool
    copy: Path | None


def migrate(settings: Settings) -> Migrated:
    """Brings the database to this version's schema, or makes it.

    Raises what `open_store` raises; then the database is as it was.
    """
    path = settings.database
    is_new, before = not path.exists() or not path.stat().st_size, set(migrations.copies(path))
    open_store(path, clock=SystemClock(), ids=RandomIds(), on_commit=_nobody_listens).close()
    made = [copy for copy in migrations.copies(path) if copy not in before]
    return Migrated(schema.revisions()[-1], is_new, made[-1] if made else None)


def _nobody_listens(_entries: Sequence[Entry]) -> None:
    """Migrations say nothing to viewers."""
