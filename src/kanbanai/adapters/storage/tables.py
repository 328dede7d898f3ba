"""The schema. A change here needs a migration beside it (`migrations/`); a test compares the two.

Times are ISO 8601 text, as the wire spells them: they sort as they are. Everything a board owns goes with it by
`ON DELETE CASCADE`.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


projects = Table(
    "projects",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("repository_path", Text, nullable=False),
    Column("repository_url", Text),
    Column("repository_slug", Text),
    Column("settings", LargeBinary, nullable=False),
    Column("next_ticket", Integer, nullable=False, server_default=text("1")),
    Column("created_at", Text, nullable=False),
    Index(None, "created_at"),
)

columns = Table(
    "columns",
    metadata,
    Column("id", Text, primary_key=True),
    Column("board_id", Text, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("title", Text, nullable=False),
    Column("role", Text),
    Column("wip_limit", Integer),
    Column("rank", Integer, nullable=False),
    # Counted along, because every insertion needs it and counting ten thousand index entries costs a fifth of an edit.
    Column("card_count", Integer, nullable=False, server_default=text("0")),
    Index(None, "board_id", "rank"),
)

cards = Table(
    "cards",
    metadata,
    # A whole-number key of its own: the full-text index refers to it.
    Column("row", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("board_id", Text, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("column_id", Text, ForeignKey("columns.id", ondelete="CASCADE"), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("ticket_key", Text),
    # The key's number, to sort by: WC-2 comes before WC-10. 0 for a card without a key.
    Column("ticket_number", Integer, nullable=False),
    Column("ticket_type", Text),
    Column("title", Text, nullable=False),
    Column("is_enhanced", Boolean, nullable=False),
    Column("disable_auto_close_on_pr_merge", Boolean, nullable=False),
    Column("disable_auto_close_on_issue_close", Boolean, nullable=False),
    Column("pr_url", Text),
    Column("issue_number", Integer),
    Column("issue_url", Text),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    # What else is shown of the issue; NULL: nothing but its number and address.
    Column("issue", LargeBinary),
    # What GitHub last told of the pull request that `pr_url` names.
    Column("pr_number", Integer),
    Column("pr_state", Text),
    Column("pr_checks", Text),
    # Where its board stood when the merge of that pull request was heard of; NULL: it was not, or the card was closed.
    Column("pr_merged_seq", Integer),
    # Last: a long one lies on pages of its own, which only those turn who ask for it.
    Column("description", Text),
    Index(None, "column_id", "rank", "id"),
    Index(None, "board_id", "created_at"),
    Index(None, "board_id", "updated_at"),
    # No key twice on a board, and the keys in the order of their numbers.
    Index("uq_cards_ticket", "board_id", "ticket_number", "ticket_key", unique=True),
    Index("ix_cards_pull_requests", "board_id", sqlite_where=text("pr_url IS NOT NULL")),
    sqlite_autoincrement=False,
)

unindexed_names = Table(
    "unindexed_names",
    metadata,
    # No reference: a card that is gone has to be taken out of the index all the same.
    Column("row", Integer, primary_key=True),
    # Whether the index holds the card; then as it was when it said the following, without which it cannot be taken out.
    Column("known", Boolean, nullable=False),
    Column("title", Text),
    Column("ticket_key", Text),
)

unindexed_texts = Table(
    "unindexed_texts",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("known", Boolean, nullable=False),
    Column("description", Text),
)

dependencies = Table(
    "dependencies",
    metadata,
    # The key's columns stand first, as in every table without a rowid: the checks of SQLite 3.40 take what stands
    # before them for NULL, and call a whole database damaged.
    Column("card_id", Text, ForeignKey("cards.id", ondelete="CASCADE"), nullable=False),
    Column("depends_on_id", Text, ForeignKey("cards.id", ondelete="CASCADE"), nullable=False, index=True),
    # Told once more, so that a board finds all of its own at once.
    Column("board_id", Text, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False, index=True),
    PrimaryKeyConstraint("card_id", "depends_on_id"),
    sqlite_with_rowid=False,
)

card_images = Table(
    "card_images",
    metadata,
    Column("card_id", Text, ForeignKey("cards.id", ondelete="CASCADE"), primary_key=True),
    Column("images", LargeBinary, nullable=False),
)

enhancements = Table(
    "enhancements",
    metadata,
    Column("card_id", Text, ForeignKey("cards.id", ondelete="CASCADE"), primary_key=True),
    Column("board_id", Text, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("body", LargeBinary, nullable=False),
)

github_issues = Table(
    "github_issues",
    metadata,
    Column("id", Text, primary_key=True),
    Column("board_id", Text, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("repository", Text, nullable=False),
    # NULL until GitHub has given it one.
    Column("number", Integer),
    # NULL: a person has deleted the card. The row stays, so that the issue does not come back by itself.
    Column("card_id", Text, ForeignKey("cards.id", ondelete="SET NULL")),
    Column("direction", Text, nullable=False),
    # Since when something waits to be told to GitHub; NULL: nothing does.
    Column("waits_since", Text),
    Column("body", LargeBinary, nullable=False),
    Index("uq_github_issues_issue", "board_id", "repository", "number", unique=True),
    Index("uq_github_issues_card", "card_id", unique=True),
    Index("ix_github_issues_waiting", "waits_since", sqlite_where=text("waits_since IS NOT NULL")),
)

github_issue_syncs = Table(
    "github_issue_syncs",
    metadata,
    Column("board_id", Text, ForeignKey("projects.id", ondelete="CASCADE"), primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

attempts = Table(
    "attempts",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("board_id", Text, ForeignKey("projects.id", ondelete="CASCADE"), nullable=False),
    Column("card_id", Text, ForeignKey("cards.id", ondelete="CASCADE"), nullable=False),
    Column("agent", Text, nullable=False),
    Column("profile_id", Text),
    Column("status", Text, nullable=False),
    Column("base_branch", Text, nullable=False),
    Column("branch_name", Text, nullable=False),
    Column("worktree_path", Text),
    Column("session_id", Text),
    # What a board shows: the latest attempt of a card and every active one (`kanbanai.domain.attempts.shown`).
    Column("shown", Boolean, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("started_at", Text),
    Column("ended_at", Text),
    Column("todos", LargeBinary),
    Column("base_commit", Text),
    Column("failure", Text),
    # How many permission requests wait; counted along, because a snapshot shows it.
    Column("waiting", Integer, nullable=False, server_default=text("0")),
    Column("usage", LargeBinary),
    Column("pr_url", Text),
    # Names of what reviewers said and the agent has been told.
    Column("pr_heard", LargeBinary),
    Index(None, "card_id", "row"),
    Index("ix_attempts_shown", "board_id", "row", sqlite_where=text("shown")),
    Index(
        "ix_attempts_active",
        "updated_at",
        sqlite_where=text("status IN ('queued', 'running', 'stopping')"),
    ),
    Index("ix_attempts_branch", "branch_name"),
    Index("ix_attempts_created", "created_at", "board_id", "agent", "status"),
    Index("ix_attempts_ended", "ended_at", "status"),
    Index("ix_attempts_worktrees", "updated_at", sqlite_where=text("worktree_path IS NOT NULL")),
    Index("ix_attempts_agent", "agent", "updated_at"),
    Index("ix_attempts_agent_created", "agent", "created_at"),
    Index("ix_attempts_succeeded", "card_id", sqlite_where=text("status = 'succeeded'")),
)

attempt_counts = Table(
    "attempt_counts",
    metadata,
    # How much of the time's text the bucket is: 13 (an hour, `2026-11-23T18`), 10 (a day), 0 (all there ever was).
    Column("width", Integer, nullable=False),
    Column("bucket", Text, nullable=False),
    # What is counted: attempts made then by `agent` or by `board`, or those that `ended` then.
    Column("subject", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("succeeded", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    PrimaryKeyConstraint("width", "bucket", "subject", "key"),
    sqlite_with_rowid=False,
)

attempt_logs = Table(
    "attempt_logs",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("attempt_id", Text, ForeignKey("attempts.id", ondelete="CASCADE"), nullable=False),
    Column("ts", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("message", Text, nullable=False),
    Index(None, "attempt_id", "row"),
    Index("ix_attempt_logs_errors", "attempt_id", "row", sqlite_where=text("level = 'error'")),
)

conversation_items = Table(
    "conversation_items",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("attempt_id", Text, ForeignKey("attempts.id", ondelete="CASCADE"), nullable=False),
    Column("id", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "attempt_id", "row"),
    Index("uq_conversation_items_attempt_id_id", "attempt_id", "id", unique=True),
)

permissions = Table(
    "permissions",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("attempt_id", Text, ForeignKey("attempts.id", ondelete="CASCADE"), nullable=False),
    Column("status", Text, nullable=False),
    Column("expires_at", Text),
    Column("body", LargeBinary, nullable=False),
    Index(None, "attempt_id", "row"),
    Index("ix_permissions_pending", "row", sqlite_where=text("status = 'pending'")),
)

queued_messages = Table(
    "queued_messages",
    metadata,
    # Its order is that of the queue: a message that is edited keeps its place.
    Column("row", Integer, primary_key=True),
    Column("id", Text, nullable=False, unique=True),
    Column("attempt_id", Text, ForeignKey("attempts.id", ondelete="CASCADE"), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Index(None, "attempt_id", "row"),
)

reaction_cursors = Table(
    "reaction_cursors",
    metadata,
    # Up to where a channel's events have been reacted to. It moves in the reaction's transaction, where that is one.
    Column("channel", Text, ForeignKey("channels.channel", ondelete="CASCADE"), nullable=False),
    Column("reaction", Text, nullable=False),
    Column("seq", Integer, nullable=False),
    PrimaryKeyConstraint("channel", "reaction"),
    sqlite_with_rowid=False,
)

profiles = Table(
    "profiles",
    metadata,
    Column("id", Text, primary_key=True),
    Column("project_id", Text, ForeignKey("projects.id", ondelete="CASCADE"), index=True),
    Column("agent", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("config", LargeBinary, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("name", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("reply", LargeBinary, nullable=False),
    Column("created_at", Text, nullable=False, index=True),
)

channels = Table(
    "channels",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("head", Integer, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("channel", Text, ForeignKey("channels.channel", ondelete="CASCADE"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    PrimaryKeyConstraint("channel", "seq"),
    # Clustered by channel: a replay is one walk over neighbouring pages.
    sqlite_with_rowid=False,
)


TOKENIZER = "unicode61 remove_diacritics 2"
"""What a word is to a search: letters and digits of any script, whatever their case and accents."""


def _search(index: str, behind: str, *fields: str) -> tuple[str, ...]:
    """A full-text index over fields of the cards (FTS5; it keeps no copy of them), and what it is behind with."""
    listed, old = ", ".join(fields), ", ".join(f"old.{field}" for field in fields)
    differs = "\n        OR ".join(f"new.{field} IS NOT old.{field}" for field in fields)
    # What was listed first stays: it is what the index holds.
    remember = (
        f"INSERT OR IGNORE INTO {behind} (row, known, {listed})\n"  # noqa: S608 - written in this file
        f"        VALUES (old.row, 1, {old});"
    )
    enlist = f"INSERT OR IGNORE INTO {behind} (row, known) VALUES (new.row, 0);"  # noqa: S608 - the same
    return (
        f"""CREATE VIRTUAL TABLE {index} USING fts5(
        {listed}, content='cards', content_rowid='row', columnsize=0, tokenize='{TOKENIZER}'
    )""",
        f"CREATE TRIGGER {behind}_insert AFTER INSERT ON cards BEGIN\n        {enlist}\n    END",
        f"""CREATE TRIGGER {behind}_update AFTER UPDATE OF {listed} ON cards
    WHEN {differs} BEGIN
        {remember}
    END""",
        f"""CREATE TRIGGER {behind}_delete AFTER DELETE ON cards BEGIN
        {remember}
    END""",
    )


SEARCH = (
    *_search("card_names", "unindexed_names", "title", "ticket_key"),
    *_search("card_texts", "unindexed_texts", "description"),
)
"""The full-text indexes: two, because a new title then costs nothing for the description, which may be a hundred times
as long. Triggers list what an index is behind with, so that no writer can forget it; `search_index` has the rest."""

_WIDTHS = "(SELECT 0 AS width UNION ALL SELECT 10 UNION ALL SELECT 13)"
_ADDED = """ON CONFLICT (width, bucket, subject, key) DO UPDATE SET
            attempts = attempts + excluded.attempts,
            succeeded = succeeded + excluded.succeeded,
            failed = failed + excluded.failed;"""


def _counted(row: str, attempts: str, succeeded: str, failed: str) -> str:
    """Adds to the counts of an attempt's agent and board, in the hour, the day and the whole of its making."""
    return f"""INSERT INTO attempt_counts
        SELECT width, substr({row}.created_at, 1, width), subject, key,
            {attempts},
            {succeeded},
            {failed}
        FROM {_WIDTHS},
            (SELECT 'agent' AS subject, {row}.agent AS key UNION ALL SELECT 'board', {row}.board_id)
        WHERE true
        {_ADDED}"""  # noqa: S608 - every piece is written in this file


def _ended(row: str, by: str) -> str:
    """Adds to the count of the attempts that ended, in the hour, the day and the whole of the end."""
    return f"""INSERT INTO attempt_counts
        SELECT width, substr({row}.ended_at, 1, width), 'ended', '', {by}, 0, 0
        FROM {_WIDTHS}
        WHERE {row}.ended_at IS NOT NULL
        {_ADDED}"""  # noqa: S608 - every piece is written in this file


COUNTING = (
    f"""CREATE TRIGGER attempt_counts_insert AFTER INSERT ON attempts BEGIN
        {_counted("new", "1", "new.status = 'succeeded'", "new.status = 'failed'")}
        {_ended("new", "1")}
    END""",
    f"""CREATE TRIGGER attempt_counts_delete AFTER DELETE ON attempts BEGIN
        {_counted("old", "-1", "-(old.status = 'succeeded')", "-(old.status = 'failed')")}
        {_ended("old", "-1")}
    END""",
    f"""CREATE TRIGGER attempt_counts_status AFTER UPDATE OF status ON attempts
    WHEN new.status <> old.status
        AND (new.status IN ('succeeded', 'failed') OR old.status IN ('succeeded', 'failed'))
    BEGIN
        {
        _counted(
            "new",
            "0",
            "(new.status = 'succeeded') - (old.status = 'succeeded')",
            "(new.status = 'failed') - (old.status = 'failed')",
        )
    }
    END""",
    f"""CREATE TRIGGER attempt_counts_ended AFTER UPDATE OF ended_at ON attempts
    WHEN new.ended_at IS NOT old.ended_at BEGIN
        {_ended("old", "-1")}
        {_ended("new", "1")}
    END""",
    """CREATE TRIGGER attempt_counts_empty AFTER UPDATE OF attempts ON attempt_counts WHEN new.attempts = 0 BEGIN
        DELETE FROM attempt_counts
        WHERE width = new.width AND bucket = new.bucket AND subject = new.subject AND key = new.key;
    END""",
)
"""The counts of attempts, kept current by triggers so that no writer, and no deletion in cascade, can forget them.

Without them the dashboard counts 100,000 attempts one by one, which takes 100 ms. A new attempt costs 0.06 ms more.
"""
