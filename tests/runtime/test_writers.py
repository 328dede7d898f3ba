"""Agents that write a text: what they get, what they may, how many at once, and that nothing of them is left."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from kanbanai.domain.cards import Image
from kanbanai.domain.conversations import ToolUse
from kanbanai.domain.enhancements import INTERRUPTED, Enhancement, Suggestion
from kanbanai.domain.errors import (
    AgentUnusable,
    Cancelled,
    Conflict,
    Invalid,
    NotFound,
    Unavailable,
    WritingFailed,
)
from kanbanai.domain.events import CardEnhancement
from kanbanai.domain.ids import ProjectId
from kanbanai.domain.permissions import PermissionOption
from kanbanai.domain.pull_summaries import BranchWork
from kanbanai.domain.updates import Ask, Piece, Prompt, Tool, TurnEnd
from kanbanai.domain.writing import Choice, PullRequested, PullSummary, TicketDraft
from kanbanai.ports import Copy, Transaction
from kanbanai.runtime import oneshots
from kanbanai.runtime import writers as module
from kanbanai.runtime.oneshots import OneShots
from kanbanai.runtime.writers import AgentWriters
from kanbanai.usecases import cards, enhancements, projects
from tests.runtime.stage import DONE, ScriptedSession, Stage, Turn, a_turn

CLAUDE = Choice("CLAUDE_CODE")
DRAFT = TicketDraft(title="Retry uploads", description="Three times.")
READ = ToolUse(name="Read", action="read", status="running")
WRITE = ToolUse(name="Write", action="apply_patch", status="created")
OPTIONS = (
    PermissionOption("yes", "allow_once", "Allow"),
    PermissionOption("no", "reject_once", "Reject"),
)


class PaperCopies:
    """Copies that are names."""

    def __init__(self) -> None:
        self.entered: list[tuple[str, str | None]] = []
        self.open = 0
        self.cleared = 0

    @asynccontextmanager
    async def copy(self, repository: str, commit: str | None) -> AsyncGenerator[Copy]:
        self.entered.append((repository, commit))
        self.open += 1
        try:
            yield Copy("/copies/1/project", "/copies/1/transcript.jsonl", None if commit else "No files.")
        finally:
            self.open -= 1

    async def clear(self) -> None:
        self.cleared += 1


class PaperBranches:
    """Branches of a repository that is on `work`, which has one commit that `main` has not."""

    def __init__(self) -> None:
        self.on: str | None = "work"
        self.messages: tuple[str, ...] = ("feat: retry",)

    async def head(self, repository: str) -> str | None:
        return self.on

    async def commit(self, repository: str, base: str, remote: str | None) -> str | None:
        return f"commit of {base}"

    async def work(self, repository: str, branch: str, base: str, remote: str | None) -> BranchWork:
        if branch == "gone":
            raise Invalid.field("branch", "is not there")
        return BranchWork(
            branch=branch,
            base=base,
            commit=f"commit of {branch}",
            messages=self.messages,
            stat="",
            patch="diff --git a/x b/x\n+retry\n",
        )


class Desk(Stage):
    """A stage with writers at it."""

    def furnish(self, **options: Any) -> None:
        self.copies = PaperCopies()
        self.branches = PaperBranches()
        self.writers = AgentWriters(self.equipment, self.copies, self.branches, **options)
        self.writers.listen_to(self.broker)

    @property
    def project(self) -> ProjectId:
        return ProjectId(self.board)

    async def noted(self) -> Enhancement | None:
        found = await self.world.read(enhancements.of_project, self.project)
        return found.get(self.card)

    async def session(self, number: int = 0) -> ScriptedSession:
        """The agent of that number, once it has been asked."""
        while len(self.driver.sessions) <= number:
            await a_turn()
        await self.driver.sessions[number].prompted.wait()
        return self.driver.sessions[number]

    async def quiet(self) -> None:
        """Waits until nothing is being written, and nothing of it is left."""
        while self.writers._going_on or self.copies.open:
            await a_turn()


@pytest.fixture
async def desk() -> AsyncGenerator[Desk]:
    async with Desk.opened() as stage:
        assert isinstance(stage, Desk)
        stage.furnish()
        yield stage
        await stage.writers.close()
        assert stage.copies.open == 0
        assert all(one.closed.is_set() for one in stage.driver.sessions)


def writes(*messages: str, end: TurnEnd = DONE) -> Turn:
    """A turn in which the agent says this, looking at something between its messages."""

    async def turn(session: ScriptedSession, _prompt: Prompt) -> TurnEnd:
        for message in messages:
            session.listener.hear(Piece("same", "message", message[:3]))
            session.listener.hear(Piece("same", "message", message[3:]))
            session.listener.hear(Tool("tool", READ))
        return end

    return turn


async def hangs(session: ScriptedSession, _prompt: Prompt) -> TurnEnd:
    session.say("# Half")
    await session.closed.wait()
    return TurnEnd(reason="cancelled")


# ── What is written ─────────────────────────────────────────────────────────────────────────────────────────────────


async def test_an_agent_gets_a_copy_a_mode_and_the_ticket_and_its_answer_is_read(desk: Desk) -> None:
    desk.driver.turns = [writes("I look first.", "# Better\n\nText")]
    picture = Image("aGVsbG8=", "image/png")
    draft = TicketDraft(title="Retry uploads", images=(picture,))
    writing = await desk.writers.ticket(desk.project, draft, CLAUDE)
    assert await writing.text() == Suggestion("Better", "Text")
    assert "".join([piece async for piece in writing.pieces()]) == "I look first.\n\n# Better\n\nText"
    (session,) = desk.driver.sessions
    assert (session.launch.cwd, session.launch.session_id) == ("/copies/1/project", None)
    assert session.launch.config["mode"] == "plan"
    assert session.launch.mark.startswith(f"writing/{desk.project}/")
    assert "<title>Retry uploads</title>" in session.prompts[0].text
    assert session.prompts[0].images == (picture,)
    assert desk.copies.entered == [("/repository", "commit of main")]
    await desk.quiet()
    assert desk.processes.ended == [session.launch.mark], "what it left behind is ended, too"


async def test_what_it_asks_for_is_given_for_reading_only(desk: Desk) -> None:
    answers: list[str | None] = []

    async def asks(session: ScriptedSession, _prompt: Prompt) -> TurnEnd:
        for tool in (READ, WRITE, ToolUse(name="fetch", action="fetch", status="created")):
            ask = Ask(key="t", title="May I", tool=tool, options=OPTIONS)
            answers.append(await session.listener.ask(ask))
        answers.append(
            await session.listener.ask(Ask(key="t", title="May I", tool=WRITE, options=OPTIONS[:1]))
        )
        await session.listener.room()
        session.say("# Better")
        return DONE

    desk.driver.turns = [asks]
    await (await desk.writers.ticket(desk.project, DRAFT, CLAUDE)).text()
    assert answers == ["yes", "no", "no", None]


async def test_a_card_is_rewritten_in_the_background_and_everybody_sees_it(desk: Desk) -> None:
    desk.driver.turns = [writes("# Better\n\nText")]
    await desk.writers.enhance(desk.project, desk.card, CLAUDE)
    assert await desk.noted() == Enhancement("enhancing")
    await desk.quiet()
    assert await desk.noted() == Enhancement("ready", Suggestion("Better", "Text"))
    assert "".join(text for _, text in desk.told.proposals) == "# Better\n\nText"
    assert {card for card, _ in desk.told.proposals} == {desk.card}
    told = [one.event.status for one in desk.world.committed if isinstance(one.event, CardEnhancement)]
    assert told == ["enhancing", "ready"]
    card = await desk.world.read(lambda tx: tx.cards.get(desk.board, desk.card))
    assert card is not None
    assert card.card.title == "Retry uploads", "a proposal changes no card"


async def test_a_card_is_rewritten_once_at_a_time(desk: Desk) -> None:
    desk.driver.turns = [hangs]
    await desk.writers.enhance(desk.project, desk.card, CLAUDE)
    with pytest.raises(Conflict, match="being rewritten already"):
        await desk.writers.enhance(desk.project, desk.card, CLAUDE)
    other = await desk.world.card(desk.board, "Another")
    await desk.writers.enhance(desk.project, other, CLAUDE)


async def test_a_pull_request_is_drafted_from_its_branch(desk: Desk) -> None:
    desk.driver.turns = [writes("# Retry uploads\n\nThrice.")]
    writing = await desk.writers.summary(desk.project, PullRequested(card_id=desk.card), CLAUDE)
    assert await writing.text() == PullSummary("Retry uploads", "Thrice.")
    assert desk.copies.entered == [("/repository", "commit of work")], "the files as they are on the branch"
    (session,) = desk.driver.sessions
    for part in ('branch="work" base="main"', "+retry", "<commit>feat: retry</commit>", "Retry uploads"):
        assert part in session.prompts[0].text


async def test_no_agent_is_started_for_a_pull_request_that_cannot_be(desk: Desk) -> None:
    with pytest.raises(Invalid):
        await desk.writers.summary(desk.project, PullRequested(branch="gone"), CLAUDE)
    desk.branches.messages = ()
    with pytest.raises(Conflict, match="nothing to describe"):
        await desk.writers.summary(desk.project, PullRequested(), CLAUDE)
    desk.branches.on = None
    with pytest.raises(Conflict, match="Branch name missing"):
        await desk.writers.summary(desk.project, PullRequested(), CLAUDE)
    with pytest.raises(NotFound):
        await desk.writers.summary(ProjectId("nowhere"), PullRequested(), CLAUDE)
    assert desk.driver.sessions == []


# ── What goes wrong ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("turn", "words"),
    [
        (writes(end=TurnEnd(reason="failed", failure="The model answered 500")), "The model answered 500"),
        (writes("# x", end=TurnEnd(reason="failed")), "failed and did not say why"),
        (writes("# x", end=TurnEnd(reason="refused")), "refused to write this"),
        (writes("# x", end=TurnEnd(reason="limit")), "at a limit of its model"),
        (writes(), "ended without writing anything"),
        (
            writes("I would rather not."),
            "did not answer with a title and a text, but with: I would rather not.",
        ),
    ],
)
async def test_what_goes_wrong_is_a_sentence(desk: Desk, turn: Turn, words: str) -> None:
    desk.driver.turns = [turn, turn]
    with pytest.raises(WritingFailed, match=words):
        await (await desk.writers.ticket(desk.project, DRAFT, CLAUDE)).text()
    await desk.writers.enhance(desk.project, desk.card, CLAUDE)
    await desk.quiet()
    found = await desk.noted()
    assert found is not None
    assert (found.status, words in (found.failure or "")) == ("failed", True)


async def test_an_agent_that_cannot_be_started_says_what_to_do(desk: Desk) -> None:
    desk.driver.failure = AgentUnusable("Claude Code is not installed. Install it with: npm …")
    with pytest.raises(WritingFailed, match="Install it with"):
        await (await desk.writers.ticket(desk.project, DRAFT, CLAUDE)).text()


async def test_a_mistake_of_ours_is_reported_and_no_card_stays_at_it(desk: Desk) -> None:
    desk.driver.failure = RuntimeError("a mistake")
    await desk.writers.enhance(desk.project, desk.card, CLAUDE)
    await desk.quiet()
    with pytest.raises(WritingFailed, match="the server's log"):
        await (await desk.writers.ticket(desk.project, DRAFT, CLAUDE)).text()
    assert await desk.noted() == Enhancement("failed", failure=module.UNEXPECTED)
    assert [str(one) for one in desk.faults] == ["a mistake", "a mistake"]
    desk.faults.clear()


async def test_a_store_that_cannot_be_written_for_a_moment_keeps_no_card_at_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(monkeypatch, times=3)
    desk.driver.turns = [writes("# Better\n\nText")]
    await desk.writers.enhance(desk.project, desk.card, CLAUDE)
    await desk.quiet()
    assert await desk.noted() == Enhancement("ready", Suggestion("Better", "Text"))


async def test_a_store_that_cannot_be_written_for_long_is_reported(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy(monkeypatch, times=100)
    desk.driver.turns = [writes("# Better\n\nText")]
    await desk.writers.enhance(desk.project, desk.card, CLAUDE)
    await desk.quiet()
    assert [str(one) for one in desk.faults] == ["The disk is full"]
    desk.faults.clear()


def busy(monkeypatch: pytest.MonkeyPatch, *, times: int) -> None:
    """No proposal can be stored, for so many tries."""
    finish, failures = enhancements.finish, iter(range(times))

    def refuse(tx: Transaction, *given: Any) -> None:
        if next(failures, None) is not None:
            raise Unavailable("The disk is full")
        finish(tx, *given)

    monkeypatch.setattr(enhancements, "finish", refuse)


async def test_one_that_takes_too_long_is_ended(desk: Desk) -> None:
    shots = OneShots(desk.driver, desk.processes, time_limit=0.01)
    desk.furnish(one_shots=shots)
    desk.driver.turns = [hangs]
    with pytest.raises(WritingFailed, match="did not come to an end within"):
        await (await desk.writers.ticket(desk.project, DRAFT, CLAUDE)).text()


async def test_one_that_writes_without_end_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oneshots, "MAX_CHARACTERS", 5)
    desk.driver.turns = [hangs]
    with pytest.raises(WritingFailed, match="wrote more than 5 characters"):
        await (await desk.writers.ticket(desk.project, DRAFT, CLAUDE)).text()


# ── How many, and how they are ended ────────────────────────────────────────────────────────────────────────────────


async def test_no_more_than_the_limit_write_at_a_time(desk: Desk) -> None:
    desk.furnish(limit=2)
    desk.driver.turns = [hangs, hangs, writes("# Third")]
    writings = [await desk.writers.ticket(desk.project, DRAFT, CLAUDE) for _ in range(3)]
    await desk.session(1)
    assert len(desk.driver.sessions) == 2
    await writings[0].call_off()
    assert await writings[2].text() == Suggestion("Third")
    await desk.writers.close()


async def test_who_asks_for_too_many_is_told_to_wait(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WAITING", 1)
    desk.driver.turns = [hangs]
    await desk.writers.ticket(desk.project, DRAFT, CLAUDE)
    with pytest.raises(Unavailable, match="try again later"):
        await desk.writers.ticket(desk.project, DRAFT, CLAUDE)
    with pytest.raises(Unavailable, match="try again later"):
        await desk.writers.enhance(desk.project, desk.card, CLAUDE)
    assert await desk.noted() is None


async def test_what_is_called_off_ends_and_nothing_is_left(desk: Desk) -> None:
    desk.driver.turns = [hangs]
    writing = await desk.writers.ticket(desk.project, DRAFT, CLAUDE)
    session = await desk.session()
    await writing.call_off()
    assert session.closed.is_set()
    assert (desk.copies.open, desk.processes.ended) == (0, [session.launch.mark])
    with pytest.raises(Cancelled):
        await writing.text()
    await writing.call_off()


async def test_what_is_called_off_while_it_waits_never_begins(desk: Desk) -> None:
    desk.furnish(limit=1)
    desk.driver.turns = [hangs]
    first = await desk.writers.ticket(desk.project, DRAFT, CLAUDE)
    second = await desk.writers.ticket(desk.project, DRAFT, CLAUDE)
    await desk.session()
    await second.call_off()
    await first.call_off()
    assert len(desk.driver.sessions) == 1


@pytest.mark.parametrize("what", ["enhancement", "card", "project"])
async def test_a_writing_ends_with_what_it_is_for(desk: Desk, what: str) -> None:
    desk.driver.turns = [hangs]
    await desk.writers.enhance(desk.project, desk.card, CLAUDE)
    session = await desk.session()
    if what == "enhancement":
        await desk.world.run(enhancements.remove, desk.project, desk.card)
    elif what == "card":
        await desk.world.run(cards.delete, desk.board, desk.card)
    else:
        await desk.world.run(projects.delete, desk.project)
    await desk.quiet()
    assert session.closed.is_set()
    told = len(desk.told.proposals)
    session.say("late")
    await a_turn()
    assert len(desk.told.proposals) == told
    if what == "enhancement":
        assert await desk.noted() is None
        desk.driver.turns = [writes("# Again")]
        await desk.writers.enhance(desk.project, desk.card, CLAUDE)
        await desk.quiet()
        assert await desk.noted() == Enhancement("ready", Suggestion("Again"))


async def test_at_the_servers_end_everything_is_ended_and_the_next_start_says_so(desk: Desk) -> None:
    desk.driver.turns = [hangs]
    await desk.writers.enhance(desk.project, desk.card, CLAUDE)
    session = await desk.session()
    await desk.writers.close()
    assert session.closed.is_set()
    with pytest.raises(Unavailable, match="shutting down"):
        await desk.writers.ticket(desk.project, DRAFT, CLAUDE)

    desk.furnish()
    own, strange = f"writing/{desk.project}/7", "writing/another-servers/7"
    desk.processes.carried = {own, strange, "att-1/run"}
    desk.processes.ended.clear()
    assert await desk.writers.recover() == 1
    assert await desk.noted() == Enhancement("failed", failure=INTERRUPTED)
    assert desk.processes.ended == [own], "what belongs to another server is let be"
    assert desk.copies.cleared == 1


async def test_who_stops_waiting_does_not_end_it(desk: Desk) -> None:
    desk.driver.turns = [hangs]
    writing = await desk.writers.ticket(desk.project, DRAFT, CLAUDE)
    waiting = asyncio.ensure_future(writing.text())
    session = await desk.session()
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert not session.closed.is_set()
