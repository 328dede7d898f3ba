"""The life of an attempt: queued, running, stopping; and how it ends."""

from __future__ import annotations

from collections import Counter
from typing import Any, Literal

import msgspec

from kanbanai.domain.attempts import ACTIVE, AT_WORK, RUN_FAILED, Attempt, AttemptStatus, LogLine
from kanbanai.domain.cards import Card
from kanbanai.domain.conversations import ConversationItem, Failure, closed
from kanbanai.domain.errors import Conflict
from kanbanai.domain.events import AttemptStarted
from kanbanai.domain.ids import ATTEMPT_PREFIX, ITEM_PREFIX, AttemptId, BoardId, CardId, ItemId, ProfileId
from kanbanai.domain.prompts import first_prompt
from kanbanai.domain.repositories import branch_name, new_branch_name
from kanbanai.domain.settings import DEFAULT_BRANCH_TEMPLATE
from kanbanai.domain.worktrees import branch_of, slug
from kanbanai.ports import Transaction
from kanbanai.usecases import agents, queries, settings
from kanbanai.usecases.attempts.refusals import (
    refuse_closed,
    refuse_follow_up,
    refuse_strange_profile,
)
from kanbanai.usecases.attempts.steps import enqueue, enter, log, say_items, say_status, taken

LAST_ITEMS = 200
"""Items at the end of a conversation among which one may still be open when a run ends; its driver has closed them, as
far as it could."""


class NewAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt is made of.

    `branch_name` None: by the application's template; `base_branch` None: the project's. `parallel`: other attempts of
    the card may be at work.
    """

    agent: str
    branch_name: str | None = None
    base_branch: str | None = None
    profile_id: ProfileId | None = None
    parallel: bool = False


# ── It waits ────────────────────────────────────────────────────────────────────────────────────────────────────────


def queue(tx: Transaction, board_id: BoardId, card_id: CardId, new: NewAttempt) -> Attempt:
    """Makes an attempt, which then waits to be started; the card is the first message that waits for its agent.

    Its branch is one that no other attempt on the repository has: a number is put behind a name that is taken.

    Raises NotFound; Invalid for an unknown agent, a profile that is not this agent's or not there for this project, a
    branch that cannot be, or a card of another board; CardLocked when the card is done, CardBlocked when a dependency
    is not; Conflict while another attempt of the card is active, unless it is to be a parallel one.
    """
    placed = queries.card(tx, board_id, card_id)
    agents.find(tx, new.agent)
    if new.profile_id is not None:
        refuse_strange_profile(tx, board_id, new.agent, new.profile_id)
    refuse_closed(tx, board_id, placed)
    if not new.parallel and any(one.status in ACTIVE for one in tx.attempts.of_card(card_id)):
        raise Conflict("Attempt already running")
    attempt = Attempt(
        id=AttemptId(tx.new_id(ATTEMPT_PREFIX)),
        board_id=board_id,
        card_id=card_id,
        agent=new.agent,
        profile_id=new.profile_id,
        status="queued",
        base_branch=_base_branch(tx, board_id, new.base_branch),
        branch_name=_free_branch(tx, board_id, _wanted_branch(tx, board_id, placed.card, new.branch_name)),
        worktree_path=None,
        session_id=None,
        created_at=tx.now,
        updated_at=tx.now,
        started_at=None,
        ended_at=None,
    )
    tx.attempts.add(attempt)
    say_status(tx, attempt)
    appended = profile_config(tx, new.profile_id).get("appendPrompt")
    text = first_prompt(placed.card.title, placed.card.description, appended)
    enqueue(tx, attempt, text, tx.cards.images(card_id))
    return attempt


def queue_again(tx: Transaction, attempt_id: AttemptId, profile_id: ProfileId | None = None) -> Attempt:
    """Lets an attempt that has ended wait for a follow-up, with another profile when one is named.

    Raises NotFound; Conflict when it has not ended, or its card has a newer attempt; CardLocked, CardBlocked, and
    Invalid for the profile, as `queue` does.
    """
    attempt = taken(tx, attempt_id)
    refuse_follow_up(tx, attempt)
    if profile_id is not None:
        refuse_strange_profile(tx, attempt.board_id, attempt.agent, profile_id)
        attempt = msgspec.structs.replace(attempt, profile_id=profile_id)
    return enter(tx, attempt, "queued")


# ── It runs ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def claim(tx: Transaction, limit: int) -> Attempt | None:
    """Starts the attempt that has waited longest of those for which there is room; None: there is none.

    At most `limit` are at work at once on this server, and of each project as many as its settings allow.
    """
    active = tx.attempts.active()
    at_work = Counter(one.board_id for one in active if one.status != "queued")
    if at_work.total() >= limit:
        return None
    for attempt in active:
        if attempt.status == "queued" and _has_room(tx, attempt.board_id, at_work[attempt.board_id]):
            tx.boards.take(attempt.board_id)
            return _run(tx, attempt)
    return None


def start(tx: Transaction, attempt_id: AttemptId) -> Attempt:
    """An agent begins to work, whatever else is at work: on an attempt that waits, or on a follow-up.

    Raises NotFound, Conflict when it runs already, and for a follow-up what `queue_again` raises.
    """
    attempt = taken(tx, attempt_id)
    if attempt.status not in ACTIVE:
        refuse_follow_up(tx, attempt)
    elif attempt.status != "queued":
        raise Conflict(f"The attempt is {attempt.status}; it cannot become running")
    return _run(tx, attempt)


def set_status(tx: Transaction, attempt_id: AttemptId, status: AttemptStatus) -> Attempt:
    """Brings an attempt to a status; one that it has already is said again to nobody.

    Raises NotFound, and Conflict when that status cannot follow (`kanbanai.domain.attempts.NEXT`).
    """
    attempt = taken(tx, attempt_id)
    if status == attempt.status:
        return attempt
    if status == "queued":
        return queue_again(tx, attempt_id)
    return start(tx, attempt_id) if status == "running" else enter(tx, attempt, status)


# ── It ends ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def stop(tx: Transaction, attempt_id: AttemptId) -> Attempt:
    """A person ends an attempt: one that waits is stopped now, one that runs is stopping until its run has ended.

    The first time this is noted in its log. What it waits for is cancelled. Raises NotFound, and Conflict when it is
    not active.
    """
    attempt = taken(tx, attempt_id)
    if attempt.status not in ACTIVE:
        raise Conflict("Attempt is not running")
    if attempt.status == "stopping":
        return attempt
    stopped = enter(tx, attempt, "stopped" if attempt.status == "queued" else "stopping")
    log(tx, stopped, [LogLine("Attempt stopped by user")])
    return stopped


def finish(
    tx: Transaction,
    attempt_id: AttemptId,
    status: Literal["succeeded", "failed", "stopped"],
    failure: str | None = None,
) -> Attempt:
    """The run of an attempt has ended; `failure` is the sentence that says why it failed.

    Who asked for the end gets it: an attempt that is stopping has been stopped, however its run ended. One that would
    have succeeded goes back to the queue while messages wait for it: they were said before anybody could know that it
    was done. Items of its conversation that are still open are closed, and requests for permission cancelled.

    Raises NotFound, and Conflict when it was not at work.
    """
    attempt = taken(tx, attempt_id)
    if attempt.status not in AT_WORK:
        raise Conflict(f"The attempt is {attempt.status}; there is no run of it that could end")
    if attempt.status == "stopping":
        status = "stopped"
    elif status == "failed":
        return fail(tx, attempt_id, failure or "The agent did not say why it failed")
    close_open_items(tx, attempt, LAST_ITEMS)
    if status == "succeeded" and tx.messages.of_attempt(attempt_id):
        return enter(tx, attempt, "queued")
    return enter(tx, attempt, status)


def fail(tx: Transaction, attempt_id: AttemptId, failure: str, details: str | None = None) -> Attempt:
    """The run of an attempt failed, or it cannot be run at all; `failure` is a sentence for a person.

    It stands in the attempt, in its log and at the end of its conversation, in both with `details`. One that is
    stopping has been stopped: only its log tells of the failure. Raises as `finish` does, but a queued one can fail.
    """
    attempt = taken(tx, attempt_id)
    if attempt.status not in ACTIVE:
        raise Conflict(f"The attempt is {attempt.status}; there is no run of it that could fail")
    close_open_items(tx, attempt, LAST_ITEMS)
    if attempt.status == "stopping":
        stopped = enter(tx, attempt, "stopped")
        log(tx, stopped, [LogLine(f"[runner] failed while it was being stopped: {failure}", "warn")])
        return stopped
    failed = enter(tx, attempt, "failed", failure=failure)
    said = [LogLine(f"[runner] it said: {details}", "warn")] if details else []
    log(tx, failed, [*said, LogLine(f"{RUN_FAILED}{failure}", "error")])
    item = Failure(id=ItemId(tx.new_id(ITEM_PREFIX)), timestamp=tx.now, text=failure, details=details)
    say_items(tx, failed, [item])
    return failed


# ── Shared with the other modules of this package ───────────────────────────────────────────────────────────────────


def close_open_items(tx: Transaction, attempt: Attempt, most: int) -> None:
    """Closes what is still open among the last `most` items of the conversation.

    Not the project's own process, which may run on for as long as the worktree stands.
    """
    items = tx.attempts.conversation(attempt.id, limit=most) or []
    say_items(tx, attempt, [end for one in items if not is_dev(one) and (end := closed(one, tx.now))])


def is_dev(item: ConversationItem) -> bool:
    """Whether the item is a run of the dev script."""
    return getattr(item, "stage", None) == "dev"


def profile_config(tx: Transaction, profile_id: ProfileId | None) -> dict[str, Any]:
    """The settings of a profile; none when there is none, or none any more."""
    profile = None if profile_id is None else tx.profiles.get(profile_id)
    return {} if profile is None else profile.config


def _run(tx: Transaction, attempt: Attempt) -> Attempt:
    started = enter(tx, attempt, "running")
    tx.emit(attempt.board_id, AttemptStarted(attempt_id=attempt.id, card_id=attempt.card_id))
    return started


def _has_room(tx: Transaction, board_id: BoardId, at_work: int) -> bool:
    most = queries.project_settings(tx, board_id).max_parallel_attempts
    return most is None or at_work < most


def _base_branch(tx: Transaction, board_id: BoardId, wanted: str | None) -> str:
    if wanted is None:
        return queries.project_settings(tx, board_id).base_branch
    return branch_name("baseBranch", wanted)


def _wanted_branch(tx: Transaction, board_id: BoardId, card: Card, wanted: str | None) -> str:
    if wanted is not None:
        return new_branch_name("branchName", wanted)
    app = settings.stored_app(tx)
    values = {
        "prefix": queries.project_settings(tx, board_id).ticket_prefix,
        "ticketKey": card.ticket_key or "",
        "type": card.ticket_type or "",
        "slug": slug(card.title),
    }
    # A template of nothing but a value that this card does not have leaves nothing.
    made = branch_of(DEFAULT_BRANCH_TEMPLATE if app is None else app.branch_template, values)
    return made or values["slug"]


def _free_branch(tx: Transaction, board_id: BoardId, wanted: str) -> str:
    repository = queries.project(tx, board_id).repository_path
    branch, number = wanted, 2
    while tx.attempts.is_branch_taken(repository, branch):
        branch, number = f"{wanted}-{number}", number + 1
    return branch
