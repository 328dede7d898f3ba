"""The record of an agent's proposal for a better ticket text."""

from __future__ import annotations

from typing import Literal

import msgspec

EnhancementStatus = Literal["enhancing", "ready", "failed"]

MAX_FAILURE = 2_000
"""Characters of a failure: a sentence, and the agent's own last words."""
INTERRUPTED = "The server was stopped while the text was being written; ask for it again"
"""The failure of a proposal that was being written when the last server ended."""


class Suggestion(msgspec.Struct, frozen=True, omit_defaults=True):
    """The proposed text."""

    title: str
    description: str | None = None


class Enhancement(msgspec.Struct, frozen=True, omit_defaults=True):
    """Being written, ready to be looked at, or failed; `failure` is a sentence that says why."""

    status: EnhancementStatus
    suggestion: Suggestion | None = None
    failure: str | None = None
