"""What agents at work leave: permission requests, waiting messages, usage; and how far reactions have come."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("attempts", sa.Column("base_commit", sa.Text()))
    op.add_column("attempts", sa.Column("failure", sa.Text()))
    op.add_column("attempts", sa.Column("waiting", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("attempts", sa.Column("usage", sa.LargeBinary()))
    op.create_index(
        "ix_attempts_worktrees", "attempts", ["updated_at"], sqlite_where=sa.text("worktree_path IS NOT NULL")
    )
    op.create_index("ix_attempts_branch", "attempts", ["branch_name"])
    op.create_table(
        "permissions",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Text()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name="fk_permissions_attempt_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("row", name="pk_permissions"),
        sa.UniqueConstraint("id", name="uq_permissions_id"),
    )
    op.create_index("ix_permissions_attempt_id_row", "permissions", ["attempt_id", "row"])
    op.create_index(
        "ix_permissions_pending", "permissions", ["row"], sqlite_where=sa.text("status = 'pending'")
    )
    op.create_table(
        "queued_messages",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name="fk_queued_messages_attempt_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("row", name="pk_queued_messages"),
        sa.UniqueConstraint("id", name="uq_queued_messages_id"),
    )
    op.create_index("ix_queued_messages_attempt_id_row", "queued_messages", ["attempt_id", "row"])
    op.create_table(
        "reaction_cursors",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("reaction", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel"], ["channels.channel"], name="fk_reaction_cursors_channel", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel", "reaction", name="pk_reaction_cursors"),
        sqlite_with_rowid=False,
    )
