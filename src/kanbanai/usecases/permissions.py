"""What can be done with permission requests: asked by an agent, answered by anybody, or lapsed."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from kanbanai.domain import permissions as rules
from kanbanai.domain.attempts import Attempt
from kanbanai.domain.conversations import ToolUse
from kanbanai.domain.errors import Conflict, Invalid, NotFound, NotRunning, Unprocessable
from kanbanai.domain.ids import PERMISSION_PREFIX, AttemptId, BoardId, ItemId, PermissionId
from kanbanai.domain.permissions import Decision, Permission, PermissionOption, PermissionStatus
from kanbanai.domain.times import Timestamp, later
from kanbanai.ports import Reading, Transaction
from kanbanai.usecases import queries, settings
from kanbanai.usecases.attempts.life import profile_config
from kanbanai.usecases.attempts.steps import lapse_pending, put_permission, say_status, taken


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent asks. `item_id`: the tool call that waits for the answer."""

    title: str
    tool: ToolUse
    options: tuple[PermissionOption, ...]
    item_id: ItemId | None = None


def ask(tx: Transaction, attempt_id: AttemptId, asked: Asked) -> Permission:
    """Puts a request to the people; it expires as the profile says, or else the application's settings.

    Raises NotFound, and NotRunning when the attempt is not running (any more): nobody would hear the answer.
    """
    attempt = taken(tx, attempt_id)
    if attempt.status != "running":
        raise NotRunning(f"The attempt is {attempt.status}; what it asks is answered no more")
    app = settings.stored_app(tx)
    minutes = rules.minutes_to_wait(
        profile_config(tx, attempt.profile_id), None if app is None else app.permission_minutes
    )
    permission = Permission(
        id=PermissionId(tx.new_id(PERMISSION_PREFIX)),
        attempt_id=attempt_id,
        item_id=asked.item_id,
        title=asked.title,
        tool=asked.tool,
        options=asked.options,
        status="pending",
        option_id=None,
        requested_at=tx.now,
        expires_at=None if minutes is None else later(tx.now, timedelta(minutes=minutes)),
        answered_at=None,
        answered_by=None,
    )
    put_permission(tx, attempt, permission)
    _count(tx, attempt, +1)
    return permission


def answer(
    tx: Transaction,
    attempt_id: AttemptId,
    permission_id: PermissionId,
    *,
    decision: Decision | None = None,
    option_id: str | None = None,
) -> Permission:
    """Answers a request, by what is meant or by the agent's own option; exactly one of them is given.

    Raises NotFound; Conflict when it waits no more; Invalid for an option that was not offered, or when not exactly one
    of the two is given; Unprocessable when the agent offers nothing that a decision could mean.
    """
    attempt = taken(tx, attempt_id)
    found = tx.permissions.get(permission_id)
    if found is None or found.attempt_id != attempt_id:
        raise NotFound("Permission request not found")
    if found.status != "pending":
        raise Conflict(f"The request waits no more: it is {found.status}")
    option = _chosen(found.options, decision, option_id)
    answered = msgspec.structs.replace(
        found,
        status="allowed" if option.kind.startswith("allow") else "rejected",
        option_id=option.id,
        answered_at=tx.now,
        answered_by=str(tx.actor),
    )
    put_permission(tx, attempt, answered)
    _count(tx, attempt, -1)
    return answered


def expire(tx: Transaction) -> list[Permission]:
    """Lets the requests lapse that nobody answered in time, and answers with those."""
    return [
        _lapsed(tx, one, "expired")
        for one in tx.permissions.pending()
        if one.expires_at is not None and one.expires_at <= tx.now
    ]


def cancel_pending(tx: Transaction, attempt_id: AttemptId) -> list[Permission]:
    """Cancels what an attempt asks and nobody has answered: its turn is over. Raises NotFound."""
    attempt = taken(tx, attempt_id)
    lapsed = lapse_pending(tx, attempt)
    if lapsed:
        _count(tx, attempt, -len(lapsed))
    return lapsed


# ── Questions ───────────────────────────────────────────────────────────────────────────────────────────────────────


def pending(tx: Reading, board_id: BoardId | None = None) -> list[Permission]:
    """The requests that wait for a person, of one board or of all, the oldest first. Raises NotFound for the board."""
    if board_id is not None:
        queries.project(tx, board_id)
    return tx.permissions.pending(board_id)


def of_attempt(tx: Reading, attempt_id: AttemptId) -> list[Permission]:
    """All that an attempt has asked, the oldest first. Raises NotFound."""
    queries.attempt(tx, attempt_id)
    return tx.permissions.of_attempt(attempt_id)


def next_expiry(tx: Reading) -> Timestamp | None:
    """When the next request expires; None: none that waits ever does."""
    return min((one.expires_at for one in tx.permissions.pending() if one.expires_at), default=None)


def _chosen(
    options: tuple[PermissionOption, ...], decision: Decision | None, option_id: str | None
) -> PermissionOption:
    if (decision is None) == (option_id is None):
        raise Invalid.field("decision", "give either a decision or an optionId")
    if decision is not None:
        meant = rules.option_for(options, decision)
        if meant is None:
            raise Unprocessable(f"The agent offers no answer that means {decision!r}")
        return meant
    for option in options:
        if option.id == option_id:
            return option
    offered = ", ".join(one.id for one in options)
    raise Invalid.field("optionId", f"{option_id!r} is not one of {offered}")


def _lapsed(tx: Transaction, permission: Permission, status: PermissionStatus) -> Permission:
    attempt = taken(tx, permission.attempt_id)
    lapsed = msgspec.structs.replace(permission, status=status, answered_at=tx.now)
    put_permission(tx, attempt, lapsed)
    _count(tx, attempt, -1)
    return lapsed


def _count(tx: Transaction, attempt: Attempt, change: int) -> None:
    """So many more requests wait now; how long the attempt is in its status already does not change with it."""
    after = msgspec.structs.replace(attempt, waiting=attempt.waiting + change)
    tx.attempts.save(after)
    say_status(tx, after)
