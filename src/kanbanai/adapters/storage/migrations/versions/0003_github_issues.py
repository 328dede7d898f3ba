"""Which card stands for which issue of GitHub, and how far a project has come with its issues."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("cards", sa.Column("issue", sa.LargeBinary()))
    op.create_table(
        "github_issues",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("board_id", sa.Text(), nullable=False),
        sa.Column("repository", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer()),
        sa.Column("card_id", sa.Text()),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("waits_since", sa.Text()),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["board_id"], ["projects.id"], name="fk_github_issues_board_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["card_id"], ["cards.id"], name="fk_github_issues_card_id", ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_github_issues"),
    )
    op.create_index(
        "uq_github_issues_issue", "github_issues", ["board_id", "repository", "number"], unique=True
    )
    op.create_index("uq_github_issues_card", "github_issues", ["card_id"], unique=True)
    op.create_index(
        "ix_github_issues_waiting",
        "github_issues",
        ["waits_since"],
        sqlite_where=sa.text("waits_since IS NOT NULL"),
    )
    op.create_table(
        "github_issue_syncs",
        sa.Column("board_id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["board_id"], ["projects.id"], name="fk_github_issue_syncs_board_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("board_id", name="pk_github_issue_syncs"),
    )
