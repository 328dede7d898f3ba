"""The table of docs/agents.md is the one that the tests of the real agents show."""

from tests.agents import table, test_real_agents


def test_the_table_is_fresh() -> None:
    assert table.written() == table.table(), "python -m tests.agents.table writes it"


def test_each_line_is_shown_by_a_test() -> None:
    tests = vars(test_real_agents.RealAgentContract).values()
    shown = [row for test in tests for row in getattr(test, "shows", ())]
    assert sorted(shown) == sorted(table.ROWS)
