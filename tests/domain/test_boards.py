"""What a column may say of itself."""

import msgspec
import pytest

from kanbanai.domain.boards import (
    Column,
    ColumnChanges,
    ColumnFields,
    column_changes,
    column_title,
    list_index,
)
from kanbanai.domain.errors import Invalid
from kanbanai.domain.ids import CardId, ColumnId


def test_a_column_without_role_and_limit_leaves_them_out_of_the_json() -> None:
    column = Column.of(ColumnFields(id=ColumnId("c"), title="T"), (CardId("a"),))
    assert msgspec.json.encode(column) == b'{"id":"c","title":"T","cardIds":["a"]}'


def test_changes_that_were_not_asked_for_stay_unset() -> None:
    assert column_changes(ColumnChanges()) == ColumnChanges()
    assert column_changes(ColumnChanges(wip_limit=None)) == ColumnChanges(wip_limit=None)


@pytest.mark.parametrize("limit", [0, -1, 10_001])
def test_a_limit_is_from_one_to_ten_thousand(limit: int) -> None:
    with pytest.raises(Invalid, match="from 1 to 10000"):
        column_changes(ColumnChanges(wip_limit=limit))


def test_a_title_is_trimmed() -> None:
    assert column_title(" Testing ") == "Testing"
    assert column_changes(ColumnChanges(title=" Testing ")).title == "Testing"


def test_a_place_below_zero_is_none() -> None:
    assert list_index(0) == 0
    with pytest.raises(Invalid, match="0 or more"):
        list_index(-1)
