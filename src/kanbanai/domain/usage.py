"""What an attempt has used: tokens, money where the agent tells it, time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec


class Usage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """Added up over all turns of an attempt. What an agent does not tell is left out.

    `contextUsed` of `contextSize` tokens fill the model's window now. `cost` is in `currency` (ISO 4217), as the agent
    reckons it. `workMs` is the time in milliseconds in which a turn was going on.
    """

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    total_tokens: int | None = None
    context_used: int | None = None
    context_size: int | None = None
    cost: float | None = None
    currency: str | None = None
    work_ms: int = 0
    turns: int = 0


_SUMS = ("input_tokens", "output_tokens", "cached_tokens", "total_tokens", "cost")


def added(before: Usage | None, more: Usage) -> Usage:
    """What was used so far and `more`; how full the window is, and the currency, are the newer one's."""
    if before is None:
        return more
    sums: dict[str, Any] = {name: _sum(getattr(before, name), getattr(more, name)) for name in _SUMS}
    return Usage(
        **sums,
        context_used=before.context_used if more.context_used is None else more.context_used,
        context_size=before.context_size if more.context_size is None else more.context_size,
        currency=more.currency or before.currency,
        work_ms=before.work_ms + more.work_ms,
        turns=before.turns + more.turns,
    )


class Total(msgspec.Struct, frozen=True):
    """What several attempts took together: `cost` by currency, `total_tokens` None when none of them told any."""

    cost: dict[str, float]
    total_tokens: int | None
    work_ms: int


def total_of(usages: Iterable[Usage | None]) -> Total:
    """What attempts took together; None: one that told nothing."""
    used = [one for one in usages if one is not None]
    cost: defaultdict[str, float] = defaultdict(float)
    for one in used:
        if one.cost is not None:
            cost[one.currency or "USD"] += one.cost
    tokens = [one.total_tokens for one in used if one.total_tokens is not None]
    return Total(dict(cost), sum(tokens) if tokens else None, sum(one.work_ms for one in used))


def since(before: Usage | None, now: Usage) -> Usage:
    """What a session used between two of its own totals. A total that fell began again at nothing."""
    if before is None:
        return now
    spent: dict[str, Any] = {name: _difference(getattr(before, name), getattr(now, name)) for name in _SUMS}
    return msgspec.structs.replace(
        now,
        **spent,
        work_ms=_difference(before.work_ms, now.work_ms) or 0,
        turns=_difference(before.turns, now.turns) or 0,
    )


def _sum(before: float | None, more: float | None) -> float | None:
    if before is None or more is None:
        return more if before is None else before
    return before + more


def _difference(before: float | None, now: float | None) -> float | None:
    if before is None or now is None or now < before:
        return now
    return now - before
