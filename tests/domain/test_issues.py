"""Which text counts where a card and its issue share one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanbanai.domain.cards import MAX_DESCRIPTION
from kanbanai.domain.errors import Invalid
from kanbanai.domain.github import Issue
from kanbanai.domain.ids import BoardId, CardId, IssueLinkId
from kanbanai.domain.issues import LinkedIssue, Texts, card_texts, issue_title, merged, repository_name

TEXTS = st.builds(Texts, st.sampled_from("abc"), st.sampled_from(["a", "b", None]))


def link(base: Texts, theirs: Texts) -> LinkedIssue:
    return LinkedIssue(
        id=IssueLinkId("ghi-1"),
        board_id=BoardId("project-1"),
        card_id=CardId("card-1"),
        repository="acme/wire",
        number=1,
        direction="exported",
        base=base,
        theirs=theirs,
    )


@given(TEXTS, TEXTS, TEXTS)
def test_no_text_that_only_one_side_has_is_lost(mine: Texts, base: Texts, theirs: Texts) -> None:
    card, agreed = merged(mine, base, theirs)
    after = link(agreed, theirs)
    for field in ("title", "description"):
        ours, before, other, now = (getattr(one, field) for one in (mine, base, theirs, card))
        assert now == (other if ours == before else ours)
        is_open = len({ours, before, other}) == 3
        assert (field in after.conflicts(card)) is is_open
        assert (field in after.unsent(card)) is (ours != before and other == before)
    assert merged(card, agreed, theirs) == (card, agreed), "merged once more it stays as it is"


@given(TEXTS, TEXTS)
def test_a_card_that_did_not_know_what_its_issue_said_keeps_its_texts(mine: Texts, theirs: Texts) -> None:
    card, agreed = merged(mine, None, theirs)
    assert card == mine
    assert link(agreed, theirs).conflicts(card) == ()


def issue(title: str, body: str | None) -> Issue:
    return Issue(number=1, title=title, body=body, is_open=True, url="", updated_at="")


def test_texts_come_and_go_in_each_side_s_own_form() -> None:
    title = issue_title("Retry", "WC-1")
    assert title == "[WC-1] Retry"
    assert card_texts(issue(title, "One\r\ntwo"), "WC-1") == Texts("Retry", "One\ntwo")
    assert card_texts(issue(title, "  \n"), None) == Texts("[WC-1] Retry", None)
    assert card_texts(issue("[WC-1] ", None), "WC-1").title == "[WC-1]"


@pytest.mark.parametrize(
    ("title", "body"), [("x" * 501, None), ("x", "y" * (MAX_DESCRIPTION + 1)), ("  ", None)]
)
def test_a_text_that_no_card_can_have_is_refused(title: str, body: str | None) -> None:
    with pytest.raises(Invalid, match="no card can have"):
        card_texts(issue(title, body))


@pytest.mark.parametrize(
    ("owner", "name"), [("", "wire"), ("ac/me", "wire"), ("acme", ".."), ("acme", "wi re")]
)
def test_names_that_github_does_not_give_are_refused(owner: str, name: str) -> None:
    with pytest.raises(Invalid):
        repository_name(owner, name)
