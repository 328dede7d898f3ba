"""Rules for tables that no constraint of SQL can state."""

from kanbanai.adapters.storage.tables import metadata


def test_in_a_table_without_a_rowid_the_key_stands_first() -> None:
    """SQLite 3.40.0 to 3.41.0 (Debian 12) takes NOT NULL columns before the key for NULL in quick_check and
    integrity_check: after a crash the server would refuse a whole database as damaged."""
    tables = [
        table for table in metadata.sorted_tables if table.dialect_options["sqlite"]["with_rowid"] is False
    ]
    assert {table.name for table in tables} >= {"dependencies", "events"}
    for table in tables:
        key = [column.name for column in table.primary_key.columns]
        assert [column.name for column in table.columns][: len(key)] == key, table.name
