"""Usage added up over turns and sessions."""

from hypothesis import given
from hypothesis import strategies as st

from kanbanai.domain.usage import Usage, added, since

COUNT = st.none() | st.integers(0, 1_000)


def usages() -> st.SearchStrategy[Usage]:
    return st.builds(
        Usage,
        input_tokens=COUNT,
        output_tokens=COUNT,
        total_tokens=COUNT,
        context_used=COUNT,
        work_ms=st.integers(0, 1_000),
        turns=st.integers(0, 9),
    )


def test_what_is_told_is_added_and_what_is_not_told_stays() -> None:
    before = Usage(
        input_tokens=3, cost=0.5, currency="USD", context_used=7, context_size=9, turns=1, work_ms=5
    )
    after = added(before, Usage(input_tokens=2, output_tokens=1, context_used=4, turns=1, work_ms=6))
    assert after == Usage(
        input_tokens=5,
        output_tokens=1,
        cost=0.5,
        currency="USD",
        context_used=4,
        context_size=9,
        turns=2,
        work_ms=11,
    )
    assert added(None, before) == before


def test_a_session_that_began_again_has_used_its_new_total() -> None:
    assert since(Usage(input_tokens=10), Usage(input_tokens=3)).input_tokens == 3
    assert since(None, Usage(input_tokens=3)).input_tokens == 3
    assert since(Usage(input_tokens=3), Usage()).input_tokens is None


@given(usages(), usages())
def test_a_difference_added_is_the_total_again(before: Usage, more: Usage) -> None:
    total = added(before, more)
    assert added(before, since(before, total)) == total
