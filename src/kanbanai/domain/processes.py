"""Processes that people start beside an agent: the project's dev script, which runs for as long as they want."""

from __future__ import annotations

from typing import Literal, NewType

import msgspec

from kanbanai.domain.ids import AttemptId, ItemId
from kanbanai.domain.times import Timestamp

ProcessId = NewType("ProcessId", str)
"""That of the item of the conversation that tells of the process."""


class DevProcess(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A dev script that runs. What it prints is in the conversation's item `itemId`."""

    id: ProcessId
    attempt_id: AttemptId
    item_id: ItemId
    stage: Literal["dev"] = "dev"
    command: str
    cwd: str
    started_at: Timestamp
