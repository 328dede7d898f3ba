"""The record of an agent's proposal for a better ticket text."""

from __future__ import annotations

from typing import Literal

import msgspec


class Suggestion(msgspec.Struct, frozen=True, omit_defaults=True):
    """The proposed text."""

    title: str
    description: str | None = None


class Enhancement(msgspec.Struct, frozen=True, omit_defaults=True):
    """Being written, or ready to be looked at."""

    status: Literal["enhancing", "ready"]
    suggestion: Suggestion | None = None
