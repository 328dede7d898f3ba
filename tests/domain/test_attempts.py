"""The life of an attempt as pure rules; contract section 11."""

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kanbanai.domain.attempts import (
    ACTIVE,
    MAX_LOG_MESSAGE,
    NEXT,
    Attempt,
    AttemptBrief,
    AttemptStatus,
    entered,
    log_message,
    shown,
)
from kanbanai.domain.errors import Conflict
from kanbanai.domain.ids import AttemptId, BoardId, CardId
from kanbanai.domain.times import Timestamp

STATUSES: tuple[AttemptStatus, ...] = get_args(AttemptStatus)
MADE, STARTED, ENDED, NOW = (Timestamp(f"2026-11-23T18:4{n}:00.000Z") for n in range(4))
PAIRS = [(before, after) for before in STATUSES for after in STATUSES]


def attempt(status: AttemptStatus) -> Attempt:
    return Attempt(
        id=AttemptId("att-1"),
        board_id=BoardId("project-1"),
        card_id=CardId("card-1"),
        agent="CODEX",
        status=status,
        base_branch="main",
        branch_name="a-branch",
        worktree_path=None,
        session_id=None,
        created_at=MADE,
        updated_at=STARTED,
        started_at=None if status == "queued" else STARTED,
        ended_at=None if status in ACTIVE else ENDED,
    )


def test_every_status_has_its_followers() -> None:
    assert NEXT.keys() == set(STATUSES)


@pytest.mark.parametrize(("before", "after"), [pair for pair in PAIRS if pair[1] not in NEXT[pair[0]]])
def test_a_status_that_cannot_follow_is_refused(before: AttemptStatus, after: AttemptStatus) -> None:
    with pytest.raises(Conflict, match=f"is {before}; it cannot become {after}"):
        entered(attempt(before), after, NOW)


@pytest.mark.parametrize(("before", "after"), [pair for pair in PAIRS if pair[1] in NEXT[pair[0]]])
def test_times_tell_of_the_last_run(before: AttemptStatus, after: AttemptStatus) -> None:
    then = entered(attempt(before), after, NOW)
    assert (then.status, then.updated_at, then.created_at) == (after, NOW, MADE)
    assert then.ended_at == (None if after in ACTIVE else NOW)
    started = {"queued": None, "running": NOW}.get(after, attempt(before).started_at)
    assert then.started_at == started


def test_once_an_end_is_asked_for_it_cannot_turn_into_success() -> None:
    assert "succeeded" not in NEXT["stopping"]
    assert "running" not in NEXT["stopping"]


def test_a_long_log_line_is_cut_and_says_so() -> None:
    assert log_message("x" * MAX_LOG_MESSAGE) == "x" * MAX_LOG_MESSAGE
    cut = log_message("x" * MAX_LOG_MESSAGE + "yyy")
    assert cut == "x" * MAX_LOG_MESSAGE + "… (3 characters more)"


@given(st.lists(st.sampled_from(STATUSES), max_size=6))
def test_a_board_shows_the_latest_attempt_last_and_every_active_one(statuses: list[AttemptStatus]) -> None:
    briefs = tuple(AttemptBrief(AttemptId(f"att-{n}"), status) for n, status in enumerate(statuses))
    expected = [one for n, one in enumerate(briefs) if one.status in ACTIVE or n == len(briefs) - 1]
    assert list(shown(briefs)) == expected
