"""What is known of pull requests, and what follows from their merge: once, and never against a person."""

from typing import Any

import msgspec
import pytest

from kanbanai.domain.actors import LOCAL_USER
from kanbanai.domain.cards import CardChanges, Placement, PullRequestBadge
from kanbanai.domain.errors import Conflict, Invalid, NotFound
from kanbanai.domain.events import AttemptLogged, AttemptPullRequest, CardMoved, CardUpdated
from kanbanai.domain.ids import CardId
from kanbanai.domain.pulls import Check, Feedback, PullRequest, Review
from kanbanai.domain.settings import ProjectSettingsChanges
from kanbanai.ports import PlacedCard, Transaction
from kanbanai.ports.pulls import FeedbackOrder, PullRequestOrder
from kanbanai.usecases import cards, messages, pulls, queries, settings
from tests.usecases.desk import BACKLOG, DONE, IN_PROGRESS, NEW, REVIEW, UNKNOWN, Desk

pytestmark = pytest.mark.anyio
PULL = PullRequest(
    number=7,
    url="https://github.com/acme/wire/pull/7",
    state="open",
    draft=False,
    title="Retry uploads",
    head_ref="ab/WC-1-a-card",
    base_ref="main",
    created_at="2026-11-23T18:00:00Z",
    updated_at="2026-11-23T18:00:00Z",
    merged=False,
)
MERGED = msgspec.structs.replace(PULL, state="closed", merged=True)
FAILED = (Check(name="tests", state="failed", url=None), Check(name="docs", state="passed", url=None))


class Table(Desk):
    """A desk whose card has a pull request."""

    async def linked(self, column: int = REVIEW) -> None:
        await self.move(column)
        await self.world.run(pulls.record, self.board, PULL, card_id=self.card)

    async def closes(self, wanted: bool = True) -> None:
        changes = ProjectSettingsChanges(auto_close_ticket_on_pr_merge=wanted)
        await self.world.run(settings.edit_project, self.board, changes)

    async def observed(self, pull: PullRequest, checks: tuple[Check, ...] = ()) -> list[Any]:
        _, said = await self.shows(pulls.observe, self.board, PULL.url, pull, checks)
        return said

    async def drag(self, column: int) -> None:
        by_hand = self.world.store.acting_as(LOCAL_USER)
        await by_hand.run(cards.move, self.board, self.card, Placement(self.columns[column], 0))

    async def found(self) -> PlacedCard:
        return await self.world.read(queries.card, self.board, self.card)

    async def column(self) -> int:
        return self.columns.index((await self.found()).column_id)


@pytest.fixture
def table(desk: Desk) -> Table:
    return Table(desk.world, desk.board, desk.columns, desk.card)


# ── It was made or found ────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_pull_request_is_told_and_its_card_and_attempt_refer_to_it(table: Table) -> None:
    attempt = await table.ended()
    _, said = await table.shows(pulls.record, table.board, PULL, attempt_id=attempt.id)
    assert [type(event) for event in said] == [CardUpdated, AttemptPullRequest]
    assert said[1] == AttemptPullRequest(attempt_id=attempt.id, pr=PULL)
    card = (await table.found()).card
    assert (card.pr_url, card.pull_request) == (PULL.url, PullRequestBadge(7, "open"))
    assert (await table.stored(attempt.id)).pr_url == PULL.url

    _, said = await table.says(pulls.record, table.board, PULL, card_id=table.card)
    assert said == [AttemptPullRequest(attempt_id="", pr=PULL)]
    _, said = await table.says(pulls.record, table.board, PULL)
    assert said == [AttemptPullRequest(attempt_id="", pr=PULL)]


async def test_a_pull_request_of_a_strange_attempt_is_refused(table: Table) -> None:
    attempt = await table.ended()
    other = (await table.world.project("Other")).board_id
    strange = await table.world.card(table.board)
    await table.refused(Invalid, "this board", pulls.record, other, PULL, attempt_id=attempt.id)
    await table.refused(
        Invalid, "this card", pulls.record, table.board, PULL, attempt_id=attempt.id, card_id=strange
    )
    await table.refused(NotFound, "Attempt not found", pulls.record, table.board, PULL, attempt_id=UNKNOWN)


async def test_a_card_shows_how_it_stands_and_is_not_edited_by_that(table: Table) -> None:
    await table.linked()
    before = (await table.found()).card
    said = await table.observed(PULL, FAILED)
    badge = PullRequestBadge(7, "open", "failed")
    assert said == [CardUpdated(card_id=table.card, changes=CardChanges(pull_request=badge))]
    assert (await table.found()).card == msgspec.structs.replace(before, pull_request=badge)
    await table.silent(pulls.observe, table.board, PULL.url, PULL, FAILED)
    await table.silent(pulls.observe, table.board, f"{PULL.url}0", PULL, ())
    await table.observed(MERGED, FAILED)
    assert (await table.found()).card.pull_request == PullRequestBadge(7, "merged")


async def test_another_pull_request_takes_the_place_of_a_merged_one(table: Table) -> None:
    await table.closes()
    await table.linked(IN_PROGRESS)
    await table.observed(MERGED)
    newer = msgspec.structs.replace(PULL, number=8, url=f"{PULL.url[:-1]}8", draft=True)
    await table.shows(pulls.record, table.board, newer, card_id=table.card)
    assert (await table.found()).card.pull_request == PullRequestBadge(8, "draft")
    await table.move(REVIEW)
    assert await table.silent(pulls.close_merged, table.board) == []


# ── It was merged ───────────────────────────────────────────────────────────────────────────────────────────────────


async def test_a_merge_brings_a_card_in_review_to_the_end_of_done_once(table: Table) -> None:
    await table.closes()
    attempt = await table.ended()
    await table.world.card(table.board, "Done before", column=DONE)
    await table.linked()
    assert await table.silent(pulls.close_merged, table.board) == [], "it is open"
    await table.observed(MERGED)
    closed, said = await table.shows(pulls.close_merged, table.board)
    assert closed == [table.card]
    assert [(type(one)) for one in said] == [CardMoved, AttemptLogged]
    assert isinstance(said[0], CardMoved)
    assert (said[0].to_column_id, said[0].index) == (table.columns[DONE], 1)
    (line,) = (await table.view()).logs[-1:]
    assert (line.attempt_id, line.message) == (
        attempt.id,
        "[github] pull request #7 was merged; its card is done",
    )
    await table.drag(REVIEW)
    assert await table.silent(pulls.close_merged, table.board) == [], "a person has taken it back"
    assert await table.column() == REVIEW


async def test_a_person_who_moved_the_card_since_the_merge_has_decided(table: Table) -> None:
    await table.closes()
    await table.linked()
    await table.observed(MERGED)
    await table.drag(BACKLOG)
    await table.drag(REVIEW)
    assert await table.silent(pulls.close_merged, table.board) == []
    assert await table.silent(pulls.close_merged, table.board) == []


async def test_where_it_is_not_wanted_nothing_follows_until_it_is(table: Table) -> None:
    await table.linked()
    await table.observed(MERGED)
    assert await table.silent(pulls.close_merged, table.board) == [], "the project does not want it"
    await table.closes()
    opted_out = cards.CardEdit(changes=CardChanges(disable_auto_close_on_pr_merge=True))
    await table.world.run(cards.edit, table.board, table.card, opted_out)
    assert await table.silent(pulls.close_merged, table.board) == [], "the card does not want it"
    opted_in = cards.CardEdit(changes=CardChanges(disable_auto_close_on_pr_merge=False))
    await table.world.run(cards.edit, table.board, table.card, opted_in)
    closed, _ = await table.shows(pulls.close_merged, table.board)
    assert closed == [table.card]


@pytest.mark.parametrize("column", [BACKLOG, IN_PROGRESS])
async def test_a_card_that_is_not_in_review_waits_until_it_is(table: Table, column: int) -> None:
    await table.closes()
    await table.linked(column)
    await table.observed(MERGED)
    assert await table.silent(pulls.close_merged, table.board) == []
    await table.move(REVIEW)  # as a reaction does
    closed, _ = await table.shows(pulls.close_merged, table.board)
    assert closed == [table.card]


async def test_only_what_may_still_change_is_looked_at_review_first(table: Table) -> None:
    await table.linked(BACKLOG)

    async def another(number: int, column: int, **state: Any) -> CardId:
        url = f"https://github.com/acme/wire/pull/{number}"
        pull = msgspec.structs.replace(PULL, number=number, url=url, **state)
        card = await table.world.card(table.board, f"#{number}", column=column)
        await table.world.run(pulls.record, table.board, pull, card_id=card)
        return card

    await another(8, DONE, state="closed")
    await another(9, DONE, state="closed", merged=True)
    in_review = await another(10, REVIEW)
    closed = await another(11, IN_PROGRESS, state="closed")
    await table.world.card(table.board, "Without one")
    linked = await table.world.read(lambda tx: tx.pulls.linked())
    assert [one.card_id for one in linked] == [in_review, table.card, closed]
    assert linked[0].badge == PullRequestBadge(10, "open")


# ── What one is made of ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_base_is_what_the_attempt_began_at_as_github_names_it(table: Table) -> None:
    begun = msgspec.structs.replace(NEW, base_branch="origin/develop")
    attempt = await table.queued(begun)
    ground = await table.world.read(pulls.ground, table.board, PullRequestOrder(attempt_id=attempt.id))
    assert (ground.subject.base, ground.subject.branch) == ("develop", attempt.branch_name)
    assert ground.path == "/repository"
    assert not ground.may_rebase
    other = PullRequestOrder(card_id=table.card, branch="by-hand", base="next")
    ground = await table.world.read(pulls.ground, table.board, other)
    assert (ground.subject.base, ground.subject.branch, ground.subject.attempt) == ("next", "by-hand", None)
    assert ground.subject.card_id == table.card


# ── What reviewers said ─────────────────────────────────────────────────────────────────────────────────────────────


async def test_what_cannot_be_said_is_not_counted_as_told(table: Table) -> None:
    review = Review(
        id=1, author="grace", state="commented", body="Hm.", submitted_at="2026-11-23T18:00:00Z", url="u"
    )
    feedback = Feedback((review,))
    attempt = await table.ended()
    await table.world.run(_all_told, attempt.id)
    await table.move(DONE)
    await table.refused(Conflict, "done and locked", pulls.tell, table.board, PULL, feedback, FeedbackOrder())
    await table.move(REVIEW)
    sent, _ = await table.shows(pulls.tell, table.board, PULL, feedback, FeedbackOrder())
    assert (sent.attempt_id, sent.reviews, sent.comments) == (attempt.id, 1, 0)
    await table.refused(Conflict, "not been told", pulls.tell, table.board, PULL, feedback, FeedbackOrder())
    edited = Feedback((msgspec.structs.replace(review, submitted_at="2026-11-23T18:00:01Z"),))
    sent, _ = await table.says(pulls.tell, table.board, PULL, edited, FeedbackOrder(note="Again:"))
    assert sent.queued.text == "Again:\n\n## grace commented\n\n> Hm."


def _all_told(tx: Transaction, attempt_id: Any) -> None:
    for one in messages.waiting(tx, attempt_id):
        tx.messages.remove(one.id)
