"""Cards on their way out: issues that are to be made, and texts of theirs that cards have changed.

What waits is stored with the card's issue, in the transaction that changed the card. It is told at once, and if GitHub
does not take it, again and again until it does. An issue is made once, even when the answer to that was never heard:
before it is asked for a second time, GitHub's list is looked through for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import aclosing
from datetime import timedelta
from typing import Literal

from kanbanai.domain.cards import Card, TextField
from kanbanai.domain.errors import (
    Forbidden,
    GithubFailed,
    GithubLimited,
    GithubLoginNeeded,
    GithubRefused,
    KanbanError,
    NotFound,
    Unprocessable,
)
from kanbanai.domain.events import CardUpdated
from kanbanai.domain.github import Issue, IssueComment
from kanbanai.domain.ids import BoardId, CardId
from kanbanai.domain.issues import MAX_ISSUE_BODY, MAX_ISSUE_TITLE, LinkedIssue, issue_title, key_in_title
from kanbanai.domain.log import Entry
from kanbanai.domain.times import later, moment
from kanbanai.ports import Accounts, Broker, Forge, Pause, Reading, Report, Store
from kanbanai.runtime.github.places import Places
from kanbanai.usecases import issue_merging, issue_outbox, issues
from kanbanai.usecases.issue_outbox import texts_of

PATIENCE = 10.0
"""Seconds that whoever made a card waits for its issue."""
FIRST_WAIT = 5.0
"""Seconds until what failed is tried again; twice as many each further time."""
LONGEST_WAIT = 3600.0
"""Seconds. What GitHub refused is tried again so seldom, too: rights are given, and issues switched on. A refusal to
change an issue of others stands until a person does something."""
EVERY = 60.0
"""Seconds until the doors are tried again, if nothing rings."""
Names = Literal["title", "body"]


class GithubIssueExports:
    """`kanbanai.ports.IssueExports`; `listen_to` first, then `run`, which goes on by itself."""

    def __init__(
        self,
        store: Store,
        forge: Forge,
        accounts: Accounts,
        places: Places,
        *,
        report: Report,
        pause: Pause = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._forge = forge
        self._accounts = accounts
        self._places = places
        self._report = report
        self._pause = pause
        self._clock = clock
        self._rung = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()
        self._sending: set[asyncio.Task[str | None]] = set()
        self._failures: dict[CardId, tuple[int, float]] = {}
        """How often a card's news were refused, and when they are told again, on the clock."""
        self._not_before = 0.0
        """When GitHub takes requests of the account again, on the clock."""

    # ── what people ask ─────────────────────────────────────────────────────────────────────────────────────────────

    async def ready(self, board_id: BoardId) -> str:
        repository = await self._places.repository(board_id)
        await self._accounts.token()
        return repository

    async def send(self, card_id: CardId) -> str | None:
        self._failures.pop(card_id, None)
        task = asyncio.create_task(self._send(card_id), name=f"issue of {card_id}")
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
        done, _ = await asyncio.wait({task}, timeout=PATIENCE)
        return task.result() if done else "GitHub takes its time; the issue is made as soon as it answers"

    async def comments(self, board_id: BoardId, card_id: CardId) -> list[IssueComment]:
        _, link = await self._store.read(issues.link_of, board_id, card_id)
        if link.number is None:
            raise NotFound("GitHub has not made the card's issue yet")
        token = await self._accounts.token()
        return await self._forge.issue_comments(token, link.repository, link.number)

    # ── what goes on ────────────────────────────────────────────────────────────────────────────────────────────────

    def listen_to(self, broker: Broker) -> None:
        """From now on hears of cards whose news wait."""
        broker.listen(self.hear)

    def hear(self, entries: Sequence[Entry]) -> None:
        """Takes committed entries."""
        if any(_waits(entry) for entry in entries):
            self._rung.set()

    async def run(self) -> None:
        """Goes on until it is cancelled."""
        alarm = asyncio.create_task(self._ring_now_and_then())
        try:
            while True:
                self._rung.clear()
                await self.work_off()
                await self._rung.wait()
        finally:
            alarm.cancel()

    async def work_off(self) -> None:
        """Tells GitHub all that waits and may be told now, what waits longest first."""
        for link in await self._store.read(issue_outbox.waiting):
            now = self._clock()
            if now < self._not_before:
                return
            if link.card_id is None or link.rests:
                continue
            _, due = self._failures.get(link.card_id, (0, now))
            # Without an error a person has changed it since it failed.
            if due <= now or link.error is None:
                await self._send(link.card_id)

    async def _ring_now_and_then(self) -> None:
        while True:
            await self._pause(EVERY)
            self._rung.set()

    # ── one card ────────────────────────────────────────────────────────────────────────────────────────────────────

    async def _send(self, card_id: CardId) -> str | None:
        async with self._one_at_a_time:
            link, card = await self._store.read(_waiting_card, card_id)
            if link is None or card is None:
                return None
            try:
                token = await self._accounts.token()
                if link.number is None:
                    await self._make(token, link, card)
                else:
                    await self._tell(token, link, link.number, card)
            except KanbanError as error:
                await self._note_failure(card, error)
                return error.detail
            self._failures.pop(card_id, None)
            return None

    async def _make(self, token: str, link: LinkedIssue, card: Card) -> None:
        texts = texts_of(card)
        fields = _fields(card, link, {"title": texts.title, "description": texts.description})
        before = await self._store.run(issue_outbox.asking, card.id)
        if before is None:
            return
        found = None if before.asked_at is None else await self._find(token, before, fields["title"])
        issue = found or await self._forge.create_issue(
            token, link.repository, fields["title"], fields["body"] or None
        )
        await self._store.run(issue_merging.made, card.id, issue, texts)

    async def _find(self, token: str, link: LinkedIssue, title: str) -> Issue | None:
        """The issue, if it was made when we asked and did not hear the answer."""
        if link.asked_at is None:
            return None
        since = moment(later(link.asked_at, timedelta(hours=-1))).strftime("%Y-%m-%dT%H:%M:%SZ")
        async with aclosing(self._forge.issues(token, link.repository, state="all", since=since)) as pages:
            async for page in pages:
                for issue in page.issues:
                    if issue.title == title and not issue.is_pull_request:
                        return issue
        return None

    async def _tell(self, token: str, link: LinkedIssue, number: int, card: Card) -> None:
        issue = await self._forge.issue(token, link.repository, number)
        news = await self._store.run(issue_merging.fetched, card.id, issue)
        if not news:
            return
        issue = await self._forge.edit_issue(token, link.repository, number, _fields(card, link, news))
        await self._store.run(issue_merging.told, card.id, issue, news)

    async def _note_failure(self, card: Card, error: KanbanError) -> None:
        is_refused = isinstance(error, GithubRefused | Forbidden | NotFound | Unprocessable)
        is_certain = is_refused or isinstance(error, GithubLimited | GithubLoginNeeded)
        if not is_refused and not isinstance(error, GithubFailed | GithubLoginNeeded):
            self._report(error)
        tries, _ = self._failures.pop(card.id, (0, 0.0))
        wait = LONGEST_WAIT if is_refused else min(FIRST_WAIT * 2**tries, LONGEST_WAIT)
        if isinstance(error, GithubLimited):
            self._not_before = self._clock() + error.retry_after
        failed = issue_outbox.Failure(error=error.detail, is_refused=is_refused, is_certain=is_certain)
        if await self._store.run(issue_outbox.note_failure, card, failed):
            self._failures[card.id] = (tries + 1, self._clock() + wait)


def _fields(card: Card, link: LinkedIssue, news: Mapping[TextField, str | None]) -> dict[Names, str]:
    """What is told to GitHub. Raises Unprocessable for a text that it does not take."""
    told: dict[Names, str] = {}
    if "title" in news:
        told["title"] = issue_title(news["title"] or "", key_in_title(card, link))
    if "description" in news:
        told["body"] = news["description"] or ""
    for name, limit in (("title", MAX_ISSUE_TITLE), ("body", MAX_ISSUE_BODY)):
        text = told.get(name, "")  # type: ignore[call-overload]  # the names are written above
        if len(text) > limit:
            raise Unprocessable(
                f"The {name} would have {len(text)} characters; GitHub takes {limit} of an issue's"
            )
    return told


def _waits(entry: Entry) -> bool:
    """Whether the event is of a card whose news wait."""
    event = entry.event
    if not isinstance(event, CardUpdated):
        return False
    shown = event.changes.github_issue
    texts = (event.changes.title, event.changes.description)
    return bool(shown) or any(isinstance(one, str) for one in texts)


def _waiting_card(tx: Reading, card_id: CardId) -> tuple[LinkedIssue | None, Card | None]:
    link = tx.issues.of_card(card_id)
    if link is None or link.waits_since is None:
        return None, None
    placed = tx.cards.get(link.board_id, card_id)
    return link, None if placed is None else placed.card
