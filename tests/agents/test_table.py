"""The table of docs/agents.md is the one that the tests of the real agents show."""

from tests.agents import table, test_real_agents


def test_the_table_is_fresh() -> None:
    assert table.written() == table.table(), "python -m tests.agents.table writes it"


def test_each_line_is_shown_by_a_test() -> None:
    tests = (value for name, value in vars(test_real_agents).items() if name.startswith("test_"))
    shown = [row for test in tests for row in getattr(test, "shows", ())]
    assert sorted(shown) == sorted(table.ROWS)
