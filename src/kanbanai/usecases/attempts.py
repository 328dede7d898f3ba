"""What can be done with attempts: the records that an attempt's life leaves.

Who runs agents calls these; they decide what may happen and say that it did. Git, processes and worktrees are the
caller's business: what is recorded here has happened there already.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from kanbanai.domain import attempts as rules
from kanbanai.domain import cards as card_rules
from kanbanai.domain.agents import CATALOGUE
from kanbanai.domain.attempts import ACTIVE, Attempt, AttemptLog, AttemptStatus, LogLine, Todos
from kanbanai.domain.conversations import ConversationItem
from kanbanai.domain.errors import CardBlocked, CardLocked, Conflict, Invalid, NotFound
from kanbanai.domain.events import (
    AttemptLogged,
    AttemptPullRequest,
    AttemptSessionRecorded,
    AttemptStarted,
    AttemptStatusChanged,
    AttemptTodosChanged,
    CardUpdated,
    ConversationItemAdded,
    GitCommitted,
    GitPushed,
    GitStatusChanged,
)
from kanbanai.domain.ids import ATTEMPT_PREFIX, LOG_PREFIX, AttemptId, BoardId, CardId, LogId, ProfileId
from kanbanai.ports import PlacedCard, Transaction
from kanbanai.usecases import queries


class NewAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt is made of. `base_branch` None: the project's."""

    agent: str
    branch_name: str
    base_branch: str | None = None
    profile_id: ProfileId | None = None


# ── Its life ────────────────────────────────────────────────────────────────────────────────────────────────────────


def queue(tx: Transaction, board_id: BoardId, card_id: CardId, new: NewAttempt) -> Attempt:
    """Makes an attempt, which then waits to be started.

    Raises NotFound; Invalid for an unknown agent, a profile that is not this agent's or not there for this project, a
    blank branch, or a card of another board; CardLocked when the card is done, CardBlocked when a dependency is not;
    Conflict while another attempt of the card is active.
    """
    placed = queries.card(tx, board_id, card_id)
    _refuse_unknown(tx, board_id, new)
    _refuse_closed(tx, board_id, placed)
    if any(one.status in ACTIVE for one in tx.attempts.of_card(card_id)):
        raise Conflict("Attempt already running")
    attempt = Attempt(
        id=AttemptId(tx.new_id(ATTEMPT_PREFIX)),
        board_id=board_id,
        card_id=card_id,
        agent=new.agent,
        profile_id=new.profile_id,
        status="queued",
        base_branch=new.base_branch or queries.project_settings(tx, board_id).base_branch,
        branch_name=new.branch_name,
        worktree_path=None,
        session_id=None,
        created_at=tx.now,
        updated_at=tx.now,
        started_at=None,
        ended_at=None,
    )
    tx.attempts.add(attempt)
    _say_status(tx, attempt)
    return attempt


def queue_again(tx: Transaction, attempt_id: AttemptId, profile_id: ProfileId | None = None) -> Attempt:
    """Lets an attempt that has ended wait for a follow-up, with another profile when one is named.

    Raises NotFound; Conflict when it has not ended, or its card has a newer attempt; CardLocked, CardBlocked, and
    Invalid for the profile, as `queue` does.
    """
    attempt = _taken(tx, attempt_id)
    _refuse_follow_up(tx, attempt)
    if profile_id is not None:
        _refuse_strange_profile(tx, attempt.board_id, attempt.agent, profile_id)
        attempt = msgspec.structs.replace(attempt, profile_id=profile_id)
    return _enter(tx, attempt, "queued")


def start(tx: Transaction, attempt_id: AttemptId) -> Attempt:
    """An agent begins to work: the first run of an attempt that waits, or a follow-up to one that has ended.

    Raises NotFound, Conflict when it runs already, and for a follow-up what `queue_again` raises.
    """
    attempt = _taken(tx, attempt_id)
    if attempt.status not in ACTIVE:
        _refuse_follow_up(tx, attempt)
    started = _enter(tx, attempt, "running")
    tx.emit(attempt.board_id, AttemptStarted(attempt_id=attempt.id, card_id=attempt.card_id))
    return started


def set_status(tx: Transaction, attempt_id: AttemptId, status: AttemptStatus) -> Attempt:
    """Brings an attempt to a status; one that it has already is said again to nobody.

    Raises NotFound, and Conflict when that status cannot follow (`kanbanai.domain.attempts.NEXT`).
    """
    attempt = _taken(tx, attempt_id)
    if status == attempt.status:
        return attempt
    if status == "queued":
        return queue_again(tx, attempt_id)
    return start(tx, attempt_id) if status == "running" else _enter(tx, attempt, status)


def stop(tx: Transaction, attempt_id: AttemptId, *, at_work: bool) -> Attempt:
    """A person ends an attempt. `at_work`: somebody runs it, and will say when it has stopped; else it is stopped now.

    The first time this is noted in its log. Raises NotFound, and Conflict when it is not active.
    """
    attempt = _taken(tx, attempt_id)
    if attempt.status not in ACTIVE:
        raise Conflict("Attempt is not running")
    if attempt.status == "stopping":
        return attempt if at_work else _enter(tx, attempt, "stopped")
    is_running = at_work and attempt.status == "running"
    stopped = _enter(tx, attempt, "stopping" if is_running else "stopped")
    _log(tx, stopped, [LogLine("Attempt stopped by user")])
    return stopped


# ── What it says ────────────────────────────────────────────────────────────────────────────────────────────────────


def append_logs(tx: Transaction, attempt_id: AttemptId, lines: Sequence[LogLine]) -> list[AttemptLog]:
    """Adds lines to the log, in order; each is cut at 32,768 characters. Raises NotFound."""
    return _log(tx, _taken(tx, attempt_id), lines)


def put_items(tx: Transaction, attempt_id: AttemptId, items: Sequence[ConversationItem]) -> None:
    """Adds items to the conversation, in order; one with a known id replaces it in its place. Raises NotFound."""
    attempt = _taken(tx, attempt_id)
    tx.attempts.put_items(attempt_id, items)
    for item in items:
        tx.emit(attempt.board_id, ConversationItemAdded(attempt_id=attempt_id, item=item))


def set_todos(tx: Transaction, attempt_id: AttemptId, todos: Todos) -> None:
    """The agent's plan is this now; the same plan is said again to nobody. Raises NotFound."""
    attempt = _taken(tx, attempt_id)
    if todos != tx.attempts.todos(attempt_id):
        tx.attempts.set_todos(attempt_id, todos)
        tx.emit(attempt.board_id, AttemptTodosChanged(attempt_id=attempt_id, todos=todos))


def record_session(tx: Transaction, attempt_id: AttemptId, session_id: str) -> Attempt:
    """The agent's session has this name; the same name is said again to nobody. Raises NotFound."""
    attempt = _taken(tx, attempt_id)
    if session_id == attempt.session_id:
        return attempt
    after = msgspec.structs.replace(attempt, session_id=session_id, updated_at=tx.now)
    tx.attempts.save(after)
    tx.emit(attempt.board_id, AttemptSessionRecorded(attempt_id=attempt_id, session_id=session_id))
    return after


# ── Its worktree ────────────────────────────────────────────────────────────────────────────────────────────────────


def record_worktree(tx: Transaction, attempt_id: AttemptId, path: str | None) -> Attempt:
    """The attempt works in this folder from now on; None: it was put away. Raises NotFound."""
    attempt = _taken(tx, attempt_id)
    if path == attempt.worktree_path:
        return attempt
    after = msgspec.structs.replace(attempt, worktree_path=path, updated_at=tx.now)
    tx.attempts.save(after)
    _say_git_status(tx, after)
    return after


def record_git_status(tx: Transaction, attempt_id: AttemptId) -> None:
    """Files or commits of the attempt's worktree changed. Raises NotFound."""
    _say_git_status(tx, _taken(tx, attempt_id))


def record_commit(tx: Transaction, attempt_id: AttemptId, *, sha: str, subject: str) -> None:
    """A commit was made in the attempt's worktree; `sha` is its name, as short as people read it. Raises NotFound."""
    attempt = _taken(tx, attempt_id)
    _log(tx, attempt, [LogLine(f"[git] committed {sha} {subject}")])
    tx.emit(
        attempt.board_id,
        GitCommitted(attempt_id=attempt_id, short_sha=sha, subject=subject, ts=tx.now),
    )
    _say_git_status(tx, attempt)


def record_push(tx: Transaction, attempt_id: AttemptId, *, remote: str, branch: str) -> None:
    """The attempt's branch was pushed. Raises NotFound."""
    attempt = _taken(tx, attempt_id)
    _log(tx, attempt, [LogLine(f"[git] pushed to {remote}/{branch}")])
    tx.emit(attempt.board_id, GitPushed(attempt_id=attempt_id, remote=remote, branch=branch, ts=tx.now))
    _say_git_status(tx, attempt)


def record_merge(tx: Transaction, attempt_id: AttemptId, *, into: str) -> None:
    """The attempt's branch was merged. Raises NotFound."""
    attempt = _taken(tx, attempt_id)
    _log(tx, attempt, [LogLine(f"[git] merged {attempt.branch_name} into {into}")])
    _say_git_status(tx, attempt)


def record_pull_request(
    tx: Transaction,
    board_id: BoardId,
    pull_request: dict[str, Any],
    *,
    card_id: CardId | None = None,
    attempt_id: AttemptId | None = None,
) -> None:
    """A pull request, as the wire shows it, was made or found. The card, or the attempt's, refers to it from now on.

    Raises NotFound, and Invalid when card or attempt belong to another board or not to each other.
    """
    tx.boards.take(board_id)
    if attempt_id is not None:
        attempt = _taken(tx, attempt_id)
        if attempt.board_id != board_id:
            raise Invalid("Attempt does not belong to this board")
        if card_id not in {None, attempt.card_id}:
            raise Invalid("Attempt does not belong to this card")
        card_id = attempt.card_id
    if card_id is not None:
        before = queries.card(tx, board_id, card_id).card
        url = str(pull_request["url"])
        if url != before.pr_url:
            after = msgspec.structs.replace(before, pr_url=url, updated_at=tx.now)
            tx.cards.save(before, after)
            changes = card_rules.difference(before, after)
            tx.emit(board_id, CardUpdated(card_id=card_id, changes=changes))
    tx.emit(board_id, AttemptPullRequest(attempt_id=attempt_id or "", pr=pull_request))


# ── Shared by the above ─────────────────────────────────────────────────────────────────────────────────────────────


def _taken(tx: Transaction, attempt_id: AttemptId) -> Attempt:
    """The attempt, its board taken."""
    attempt = tx.attempts.get(attempt_id)
    if attempt is None:
        raise NotFound("Attempt not found")
    tx.boards.take(attempt.board_id)
    return attempt


def _enter(tx: Transaction, attempt: Attempt, status: AttemptStatus) -> Attempt:
    after = rules.entered(attempt, status, tx.now)
    tx.attempts.save(after)
    _say_status(tx, after)
    return after


def _say_status(tx: Transaction, attempt: Attempt) -> None:
    tx.emit(
        attempt.board_id,
        AttemptStatusChanged(
            attempt_id=attempt.id, card_id=attempt.card_id, status=attempt.status, waiting=attempt.waiting
        ),
    )


def _say_git_status(tx: Transaction, attempt: Attempt) -> None:
    tx.emit(attempt.board_id, GitStatusChanged(attempt_id=attempt.id))


def _log(tx: Transaction, attempt: Attempt, lines: Sequence[LogLine]) -> list[AttemptLog]:
    logged = [
        AttemptLog(
            id=LogId(tx.new_id(LOG_PREFIX)),
            attempt_id=attempt.id,
            ts=line.at or tx.now,
            level=line.level,
            message=rules.log_message(line.message),
        )
        for line in lines
    ]
    tx.attempts.add_logs(logged)
    for line in logged:
        tx.emit(
            attempt.board_id,
            AttemptLogged(attempt_id=attempt.id, level=line.level, message=line.message, ts=line.ts),
        )
    return logged


def _refuse_unknown(tx: Transaction, board_id: BoardId, new: NewAttempt) -> None:
    if new.agent not in CATALOGUE:
        raise Invalid.coded("agent", "Unknown agent", f"{new.agent!r} is not one of {', '.join(CATALOGUE)}")
    for field, branch in (("branchName", new.branch_name), ("baseBranch", new.base_branch)):
        if branch is not None and not branch.strip():
            raise Invalid.field(field, "must not be blank")
    if new.profile_id is not None:
        _refuse_strange_profile(tx, board_id, new.agent, new.profile_id)


def _refuse_strange_profile(tx: Transaction, board_id: BoardId, agent: str, profile_id: ProfileId) -> None:
    profile = tx.profiles.get(profile_id)
    if profile is None or profile.project_id not in {None, board_id}:
        raise Invalid.coded("profileId", "Profile not found", "names no profile that this project can use")
    if profile.agent != agent:
        raise Invalid.coded(
            "profileId",
            "Profile does not match selected agent",
            f"is a profile of {profile.agent}, the agent is {agent}",
        )


def _refuse_closed(tx: Transaction, board_id: BoardId, placed: PlacedCard) -> None:
    column = tx.columns.get(board_id, placed.column_id)
    if column is not None and column.key == "done":
        raise CardLocked("Task is done and locked")
    if tx.cards.not_done(board_id, placed.card.depends_on):
        raise CardBlocked("Task is blocked by dependencies")


def _refuse_follow_up(tx: Transaction, attempt: Attempt) -> None:
    if attempt.status in ACTIVE:
        raise Conflict("Attempt already running")
    newest = tx.attempts.latest(attempt.card_id)
    if newest is not None and newest.id != attempt.id:
        # Its board no longer shows it; woken up, it would come back as the newest, which it is not.
        raise Conflict("The card has a newer attempt; follow up on that one")
    _refuse_closed(tx, attempt.board_id, queries.card(tx, attempt.board_id, attempt.card_id))
