"""How far a new user's first steps went."""

from __future__ import annotations

from typing import Literal

import msgspec

from kanbanai.domain.texts import optional_line
from kanbanai.domain.times import Timestamp

MAX_STEP = 64
"""Characters of a step's name."""
COMPLETED: Literal["completed"] = "completed"


class Onboarding(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The state of the first steps. They start with the first step that is shown and end when the user says so."""

    status: Literal["pending", "completed"] = "pending"
    last_step: str | None = None
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = None


def step_name(text: str | None) -> str | None:
    """`text` as the name of a step, trimmed; blank is none. Raises Invalid when it is over 64 characters."""
    return optional_line("step", text, MAX_STEP)


def advanced(before: Onboarding, step: str | None, now: Timestamp) -> Onboarding:
    """The state after a step was shown; one that is completed stays as it is."""
    if before.status == COMPLETED:
        return before
    return msgspec.structs.replace(
        before, last_step=step or before.last_step, started_at=before.started_at or now
    )


def completed(before: Onboarding, step: str | None, now: Timestamp) -> Onboarding:
    """The state after the last step; one that is completed stays as it is."""
    if before.status == COMPLETED:
        return before
    return Onboarding(
        status=COMPLETED, last_step=step or COMPLETED, started_at=before.started_at or now, completed_at=now
    )
