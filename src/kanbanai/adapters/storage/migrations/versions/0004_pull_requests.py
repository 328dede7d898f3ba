"""What cards show of their pull requests, and what attempts know of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.add_column("cards", sa.Column("pr_number", sa.Integer()))
    op.add_column("cards", sa.Column("pr_state", sa.Text()))
    op.add_column("cards", sa.Column("pr_checks", sa.Text()))
    op.add_column("cards", sa.Column("pr_merged_seq", sa.Integer()))
    op.create_index(
        "ix_cards_pull_requests", "cards", ["board_id"], sqlite_where=sa.text("pr_url IS NOT NULL")
    )
    op.add_column("attempts", sa.Column("pr_url", sa.Text()))
    op.add_column("attempts", sa.Column("pr_heard", sa.LargeBinary()))
