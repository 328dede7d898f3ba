"""Permission requests: durable, answered by anybody, once; or lapsed."""

from datetime import timedelta

import msgspec
import pytest

from kanbanai.domain.actors import Actor
from kanbanai.domain.conversations import ToolUse
from kanbanai.domain.errors import Conflict, Invalid, NotFound, NotRunning, Unprocessable
from kanbanai.domain.events import AttemptPermission, AttemptStatusChanged
from kanbanai.domain.ids import BoardId, ItemId, PermissionId, ProjectId
from kanbanai.domain.permissions import Decision, PermissionOption
from kanbanai.domain.settings import AppSettingsChanges
from kanbanai.domain.times import later
from kanbanai.ports import Transaction
from kanbanai.usecases import attempts, permissions, profiles, settings
from kanbanai.usecases.attempts import NewAttempt
from kanbanai.usecases.permissions import Asked
from tests.usecases.desk import UNKNOWN, Desk, status_of

OPTIONS = (
    PermissionOption("yes", "allow_once", "Yes"),
    PermissionOption("ever", "allow_always", "Always"),
    PermissionOption("no", "reject_once", "No"),
)
ASKED = Asked(
    title="Run make",
    tool=ToolUse(name="command", action="exec", command="make", status="created"),
    options=OPTIONS,
    item_id=ItemId("cmsg-9"),
)


async def test_a_request_is_told_and_counted(desk: Desk) -> None:
    attempt = await desk.running()
    asked, said = await desk.shows(permissions.ask, attempt.id, ASKED)
    after = await desk.stored(attempt.id)
    assert (asked.status, asked.expires_at, asked.item_id, after.waiting) == ("pending", None, "cmsg-9", 1)
    assert after.updated_at == attempt.updated_at, "it is as long in its status as before"
    told = AttemptStatusChanged(attempt_id=attempt.id, card_id=attempt.card_id, status="running", waiting=1)
    assert said == [AttemptPermission(attempt_id=attempt.id, permission=asked), told]
    await desk.shows(permissions.ask, attempt.id, ASKED)
    assert (await desk.stored(attempt.id)).waiting == 2
    assert len(await desk.world.read(permissions.pending, desk.board)) == 2
    assert len(await desk.world.read(permissions.of_attempt, attempt.id)) == 2


async def test_only_one_that_runs_can_ask(desk: Desk) -> None:
    attempt = await desk.queued()
    await desk.refused(NotRunning, "is queued", permissions.ask, attempt.id, ASKED)
    await desk.shows(attempts.claim, 1)
    await desk.shows(attempts.stop, attempt.id)
    await desk.refused(NotRunning, "is stopping", permissions.ask, attempt.id, ASKED)


@pytest.mark.parametrize(
    ("decision", "option", "status"),
    [
        ("allow", "yes", "allowed"),
        ("allow_always", "ever", "allowed"),
        ("reject", "no", "rejected"),
        ("reject_always", "no", "rejected"),
    ],
)
async def test_an_answer_by_what_is_meant(desk: Desk, decision: Decision, option: str, status: str) -> None:
    attempt = await desk.running()
    asked, _ = await desk.shows(permissions.ask, attempt.id, ASKED)
    answered, said = await desk.shows(permissions.answer, attempt.id, asked.id, decision=decision)
    assert (answered.option_id, answered.status, answered.answered_by) == (option, status, "system:kanbanai")
    assert said == [AttemptPermission(attempt_id=attempt.id, permission=answered), status_of(attempt)]
    assert (await desk.stored(attempt.id)).waiting == 0


async def test_an_answer_names_who_gave_it(desk: Desk) -> None:
    attempt = await desk.running()
    asked, _ = await desk.shows(permissions.ask, attempt.id, ASKED)
    ada = desk.world.store.acting_as(Actor("user", "ada"))
    answered = await ada.run(permissions.answer, attempt.id, asked.id, option_id="ever")
    assert (answered.option_id, answered.answered_by) == ("ever", "user:ada")


async def test_a_request_is_answered_once(desk: Desk) -> None:
    attempt = await desk.running()
    asked, _ = await desk.shows(permissions.ask, attempt.id, ASKED)
    await desk.shows(permissions.answer, attempt.id, asked.id, option_id="no")
    await desk.refused(Conflict, "it is rejected", permissions.answer, attempt.id, asked.id, option_id="yes")


async def test_answers_that_were_not_offered_are_refused(desk: Desk) -> None:
    attempt = await desk.running()
    asked, _ = await desk.shows(permissions.ask, attempt.id, ASKED)
    answer = permissions.answer
    await desk.refused(Invalid, "'maybe' is not one of yes", answer, attempt.id, asked.id, option_id="maybe")
    await desk.refused(Invalid, "either", answer, attempt.id, asked.id)
    await desk.refused(Invalid, "either", answer, attempt.id, asked.id, option_id="no", decision="reject")
    await desk.refused(NotFound, "request", answer, attempt.id, PermissionId("perm-0"), decision="allow")
    await desk.refused(NotFound, "Attempt", answer, UNKNOWN, asked.id, decision="allow")
    only_yes = msgspec.structs.replace(ASKED, options=OPTIONS[:1])
    other, _ = await desk.shows(permissions.ask, attempt.id, only_yes)
    await desk.refused(Unprocessable, "'reject'", answer, attempt.id, other.id, decision="reject")


async def test_a_request_expires_as_the_settings_say_unless_the_profile_does(desk: Desk) -> None:
    await desk.world.run(settings.edit_app, AppSettingsChanges(permission_minutes=10))

    def make(tx: Transaction) -> NewAttempt:
        profile = profiles.create(tx, None, agent_key="CODEX", name="Mine", config={})
        tx.profiles.put(msgspec.structs.replace(profile, config={"permissionMinutes": 2}))
        return NewAttempt(agent="CODEX", profile_id=profile.id, parallel=True)

    first = await desk.running()
    second = await desk.world.run(attempts.queue, desk.board, desk.card, await desk.world.run(make))
    await desk.world.run(attempts.claim, 9)
    slow, _ = await desk.shows(permissions.ask, first.id, ASKED)
    quick, _ = await desk.shows(permissions.ask, second.id, ASKED)
    assert slow.expires_at == later(slow.requested_at, timedelta(minutes=10))
    assert quick.expires_at == later(quick.requested_at, timedelta(minutes=2))
    assert await desk.world.read(permissions.next_expiry) == quick.expires_at
    assert await desk.silent(permissions.expire) == []

    desk.world.clock.moment += timedelta(minutes=3)
    (lapsed,), said = await desk.shows(permissions.expire)
    assert (lapsed.id, lapsed.status, lapsed.answered_by) == (quick.id, "expired", None)
    assert said[0] == AttemptPermission(attempt_id=second.id, permission=lapsed)
    assert await desk.world.read(permissions.next_expiry) == slow.expires_at
    await desk.shows(permissions.answer, first.id, slow.id, decision="allow")
    assert await desk.world.read(permissions.next_expiry) is None


async def test_a_turn_that_is_over_needs_no_answer(desk: Desk) -> None:
    attempt = await desk.running()
    for _ in range(2):
        await desk.shows(permissions.ask, attempt.id, ASKED)
    lapsed, said = await desk.shows(permissions.cancel_pending, attempt.id)
    assert [one.status for one in lapsed] == ["cancelled"] * 2
    assert said[-1] == status_of(attempt)
    assert await desk.silent(permissions.cancel_pending, attempt.id) == []


async def test_requests_are_listed_for_a_board_that_is_there(desk: Desk) -> None:
    attempt = await desk.running()
    asked, _ = await desk.shows(permissions.ask, attempt.id, ASKED)
    other = (await desk.world.project("Other")).board_id
    assert await desk.world.read(permissions.pending) == [asked]
    assert await desk.world.read(permissions.pending, other) == []
    with pytest.raises(NotFound):
        await desk.world.read(permissions.pending, BoardId(ProjectId("p")))
