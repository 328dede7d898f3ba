"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _tables()
    _search()
    _counting()


def _tables() -> None:
    op.create_table(
        "attempt_counts",
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("succeeded", sa.Integer(), nullable=False),
        sa.Column("failed", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("width", "bucket", "subject", "key", name="pk_attempt_counts"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "channels",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("head", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("channel", name="pk_channels"),
    )
    op.create_table(
        "documents",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_documents"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("reply", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.create_table(
        "projects",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("repository_path", sa.Text(), nullable=False),
        sa.Column("repository_url", sa.Text()),
        sa.Column("repository_slug", sa.Text()),
        sa.Column("settings", sa.LargeBinary(), nullable=False),
        sa.Column("next_ticket", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_projects"),
    )
    op.create_index("ix_projects_created_at", "projects", ["created_at"])
    op.create_table(
        "unindexed_names",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("ticket_key", sa.Text()),
        sa.PrimaryKeyConstraint("row", name="pk_unindexed_names"),
    )
    op.create_table(
        "unindexed_texts",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.PrimaryKeyConstraint("row", name="pk_unindexed_texts"),
    )
    op.create_table(
        "columns",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("board_id", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("role", sa.Text()),
        sa.Column("wip_limit", sa.Integer(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("card_count", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["board_id"], ["projects.id"], name="fk_columns_board_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_columns"),
    )
    op.create_index("ix_columns_board_id_rank", "columns", ["board_id", "rank"])
    op.create_table(
        "events",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["channel"], ["channels.channel"], name="fk_events_channel", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("channel", "seq", name="pk_events"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "profiles",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("project_id", sa.Text()),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("config", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name="fk_profiles_project_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_profiles"),
    )
    op.create_index("ix_profiles_project_id", "profiles", ["project_id"])
    op.create_table(
        "cards",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("board_id", sa.Text(), nullable=False),
        sa.Column("column_id", sa.Text(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("ticket_key", sa.Text()),
        sa.Column("ticket_number", sa.Integer(), nullable=False),
        sa.Column("ticket_type", sa.Text()),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("is_enhanced", sa.Boolean(), nullable=False),
        sa.Column("disable_auto_close_on_pr_merge", sa.Boolean(), nullable=False),
        sa.Column("disable_auto_close_on_issue_close", sa.Boolean(), nullable=False),
        sa.Column("pr_url", sa.Text()),
        sa.Column("issue_number", sa.Integer(), nullable=True),
        sa.Column("issue_url", sa.Text()),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("description", sa.Text()),
        sa.ForeignKeyConstraint(["board_id"], ["projects.id"], name="fk_cards_board_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["column_id"], ["columns.id"], name="fk_cards_column_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("row", name="pk_cards"),
        sa.UniqueConstraint("id", name="uq_cards_id"),
        sqlite_autoincrement=False,
    )
    op.create_index("ix_cards_board_id_created_at", "cards", ["board_id", "created_at"])
    op.create_index("ix_cards_board_id_updated_at", "cards", ["board_id", "updated_at"])
    op.create_index("ix_cards_column_id_rank_id", "cards", ["column_id", "rank", "id"])
    op.create_index("uq_cards_ticket", "cards", ["board_id", "ticket_number", "ticket_key"], unique=True)
    op.create_table(
        "attempts",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("board_id", sa.Text(), nullable=False),
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text()),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("base_branch", sa.Text(), nullable=False),
        sa.Column("branch_name", sa.Text(), nullable=False),
        sa.Column("worktree_path", sa.Text()),
        sa.Column("session_id", sa.Text()),
        sa.Column("shown", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text()),
        sa.Column("ended_at", sa.Text()),
        sa.Column("todos", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["board_id"], ["projects.id"], name="fk_attempts_board_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name="fk_attempts_card_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("row", name="pk_attempts"),
        sa.UniqueConstraint("id", name="uq_attempts_id"),
    )
    op.create_index(
        "ix_attempts_active",
        "attempts",
        ["updated_at"],
        sqlite_where=sa.text("status IN ('queued', 'running', 'stopping')"),
    )
    op.create_index("ix_attempts_agent", "attempts", ["agent", "updated_at"])
    op.create_index("ix_attempts_agent_created", "attempts", ["agent", "created_at"])
    op.create_index("ix_attempts_card_id_row", "attempts", ["card_id", "row"])
    op.create_index("ix_attempts_created", "attempts", ["created_at", "board_id", "agent", "status"])
    op.create_index("ix_attempts_ended", "attempts", ["ended_at", "status"])
    op.create_index("ix_attempts_shown", "attempts", ["board_id", "row"], sqlite_where=sa.text("shown"))
    op.create_index(
        "ix_attempts_succeeded", "attempts", ["card_id"], sqlite_where=sa.text("status = 'succeeded'")
    )
    op.create_table(
        "card_images",
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("images", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["cards.id"], name="fk_card_images_card_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("card_id", name="pk_card_images"),
    )
    op.create_table(
        "dependencies",
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("depends_on_id", sa.Text(), nullable=False),
        sa.Column("board_id", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["board_id"], ["projects.id"], name="fk_dependencies_board_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["card_id"], ["cards.id"], name="fk_dependencies_card_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["depends_on_id"], ["cards.id"], name="fk_dependencies_depends_on_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("card_id", "depends_on_id", name="pk_dependencies"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_dependencies_board_id", "dependencies", ["board_id"])
    op.create_index("ix_dependencies_depends_on_id", "dependencies", ["depends_on_id"])
    op.create_table(
        "enhancements",
        sa.Column("card_id", sa.Text(), nullable=False),
        sa.Column("board_id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["board_id"], ["projects.id"], name="fk_enhancements_board_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["card_id"], ["cards.id"], name="fk_enhancements_card_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("card_id", name="pk_enhancements"),
    )
    op.create_index("ix_enhancements_board_id", "enhancements", ["board_id"])
    op.create_table(
        "attempt_logs",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("ts", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name="fk_attempt_logs_attempt_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("row", name="pk_attempt_logs"),
        sa.UniqueConstraint("id", name="uq_attempt_logs_id"),
    )
    op.create_index("ix_attempt_logs_attempt_id_row", "attempt_logs", ["attempt_id", "row"])
    op.create_index(
        "ix_attempt_logs_errors",
        "attempt_logs",
        ["attempt_id", "row"],
        sqlite_where=sa.text("level = 'error'"),
    )
    op.create_table(
        "conversation_items",
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempts.id"], name="fk_conversation_items_attempt_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("row", name="pk_conversation_items"),
    )
    op.create_index("ix_conversation_items_attempt_id_row", "conversation_items", ["attempt_id", "row"])
    op.create_index(
        "uq_conversation_items_attempt_id_id", "conversation_items", ["attempt_id", "id"], unique=True
    )


def _search() -> None:
    op.execute(
        """CREATE VIRTUAL TABLE card_names USING fts5(
        title, ticket_key, content='cards', content_rowid='row', columnsize=0, tokenize='unicode61 remove_diacritics 2'
    )"""
    )
    op.execute(
        """CREATE TRIGGER unindexed_names_insert AFTER INSERT ON cards BEGIN
        INSERT OR IGNORE INTO unindexed_names (row, known) VALUES (new.row, 0);
    END"""
    )
    op.execute(
        """CREATE TRIGGER unindexed_names_update AFTER UPDATE OF title, ticket_key ON cards
    WHEN new.title IS NOT old.title
        OR new.ticket_key IS NOT old.ticket_key BEGIN
        INSERT OR IGNORE INTO unindexed_names (row, known, title, ticket_key)
        VALUES (old.row, 1, old.title, old.ticket_key);
    END"""
    )
    op.execute(
        """CREATE TRIGGER unindexed_names_delete AFTER DELETE ON cards BEGIN
        INSERT OR IGNORE INTO unindexed_names (row, known, title, ticket_key)
        VALUES (old.row, 1, old.title, old.ticket_key);
    END"""
    )
    op.execute(
        """CREATE VIRTUAL TABLE card_texts USING fts5(
        description, content='cards', content_rowid='row', columnsize=0, tokenize='unicode61 remove_diacritics 2'
    )"""
    )
    op.execute(
        """CREATE TRIGGER unindexed_texts_insert AFTER INSERT ON cards BEGIN
        INSERT OR IGNORE INTO unindexed_texts (row, known) VALUES (new.row, 0);
    END"""
    )
    op.execute(
        """CREATE TRIGGER unindexed_texts_update AFTER UPDATE OF description ON cards
    WHEN new.description IS NOT old.description BEGIN
        INSERT OR IGNORE INTO unindexed_texts (row, known, description)
        VALUES (old.row, 1, old.description);
    END"""
    )
    op.execute(
        """CREATE TRIGGER unindexed_texts_delete AFTER DELETE ON cards BEGIN
        INSERT OR IGNORE INTO unindexed_texts (row, known, description)
        VALUES (old.row, 1, old.description);
    END"""
    )


def _counting() -> None:
    op.execute(
        """CREATE TRIGGER attempt_counts_insert AFTER INSERT ON attempts BEGIN
        INSERT INTO attempt_counts
        SELECT width, substr(new.created_at, 1, width), subject, key,
            1,
            new.status = 'succeeded',
            new.status = 'failed'
        FROM (SELECT 0 AS width UNION ALL SELECT 10 UNION ALL SELECT 13),
            (SELECT 'agent' AS subject, new.agent AS key UNION ALL SELECT 'board', new.board_id)
        WHERE true
        ON CONFLICT (width, bucket, subject, key) DO UPDATE SET
            attempts = attempts + excluded.attempts,
            succeeded = succeeded + excluded.succeeded,
            failed = failed + excluded.failed;
        INSERT INTO attempt_counts
        SELECT width, substr(new.ended_at, 1, width), 'ended', '', 1, 0, 0
        FROM (SELECT 0 AS width UNION ALL SELECT 10 UNION ALL SELECT 13)
        WHERE new.ended_at IS NOT NULL
        ON CONFLICT (width, bucket, subject, key) DO UPDATE SET
            attempts = attempts + excluded.attempts,
            succeeded = succeeded + excluded.succeeded,
            failed = failed + excluded.failed;
    END"""
    )
    op.execute(
        """CREATE TRIGGER attempt_counts_delete AFTER DELETE ON attempts BEGIN
        INSERT INTO attempt_counts
        SELECT width, substr(old.created_at, 1, width), subject, key,
            -1,
            -(old.status = 'succeeded'),
            -(old.status = 'failed')
        FROM (SELECT 0 AS width UNION ALL SELECT 10 UNION ALL SELECT 13),
            (SELECT 'agent' AS subject, old.agent AS key UNION ALL SELECT 'board', old.board_id)
        WHERE true
        ON CONFLICT (width, bucket, subject, key) DO UPDATE SET
            attempts = attempts + excluded.attempts,
            succeeded = succeeded + excluded.succeeded,
            failed = failed + excluded.failed;
        INSERT INTO attempt_counts
        SELECT width, substr(old.ended_at, 1, width), 'ended', '', -1, 0, 0
        FROM (SELECT 0 AS width UNION ALL SELECT 10 UNION ALL SELECT 13)
        WHERE old.ended_at IS NOT NULL
        ON CONFLICT (width, bucket, subject, key) DO UPDATE SET
            attempts = attempts + excluded.attempts,
            succeeded = succeeded + excluded.succeeded,
            failed = failed + excluded.failed;
    END"""
    )
    op.execute(
        """CREATE TRIGGER attempt_counts_status AFTER UPDATE OF status ON attempts
    WHEN new.status <> old.status
        AND (new.status IN ('succeeded', 'failed') OR old.status IN ('succeeded', 'failed'))
    BEGIN
        INSERT INTO attempt_counts
        SELECT width, substr(new.created_at, 1, width), subject, key,
            0,
            (new.status = 'succeeded') - (old.status = 'succeeded'),
            (new.status = 'failed') - (old.status = 'failed')
        FROM (SELECT 0 AS width UNION ALL SELECT 10 UNION ALL SELECT 13),
            (SELECT 'agent' AS subject, new.agent AS key UNION ALL SELECT 'board', new.board_id)
        WHERE true
        ON CONFLICT (width, bucket, subject, key) DO UPDATE SET
            attempts = attempts + excluded.attempts,
            succeeded = succeeded + excluded.succeeded,
            failed = failed + excluded.failed;
    END"""
    )
    op.execute(
        """CREATE TRIGGER attempt_counts_ended AFTER UPDATE OF ended_at ON attempts
    WHEN new.ended_at IS NOT old.ended_at BEGIN
        INSERT INTO attempt_counts
        SELECT width, substr(old.ended_at, 1, width), 'ended', '', -1, 0, 0
        FROM (SELECT 0 AS width UNION ALL SELECT 10 UNION ALL SELECT 13)
        WHERE old.ended_at IS NOT NULL
        ON CONFLICT (width, bucket, subject, key) DO UPDATE SET
            attempts = attempts + excluded.attempts,
            succeeded = succeeded + excluded.succeeded,
            failed = failed + excluded.failed;
        INSERT INTO attempt_counts
        SELECT width, substr(new.ended_at, 1, width), 'ended', '', 1, 0, 0
        FROM (SELECT 0 AS width UNION ALL SELECT 10 UNION ALL SELECT 13)
        WHERE new.ended_at IS NOT NULL
        ON CONFLICT (width, bucket, subject, key) DO UPDATE SET
            attempts = attempts + excluded.attempts,
            succeeded = succeeded + excluded.succeeded,
            failed = failed + excluded.failed;
    END"""
    )
    op.execute(
        """CREATE TRIGGER attempt_counts_empty AFTER UPDATE OF attempts ON attempt_counts WHEN new.attempts = 0 BEGIN
        DELETE FROM attempt_counts
        WHERE width = new.width AND bucket = new.bucket AND subject = new.subject AND key = new.key;
    END"""
    )
