"""What a session has used, from the three places where agents tell it. Pure."""

from __future__ import annotations

from typing import Any

import msgspec

from kanbanai.adapters.agents import values
from kanbanai.domain.usage import Usage

_REPLY: dict[str, tuple[str, ...]] = {
    "input_tokens": ("inputTokens", "input_tokens"),
    "output_tokens": ("outputTokens", "output_tokens"),
    "cached_tokens": ("cachedReadTokens", "cached_read_tokens"),
    "total_tokens": ("totalTokens", "total_tokens"),
}
_QUOTA: dict[str, tuple[str, ...]] = {"input_tokens": ("input_tokens",), "output_tokens": ("output_tokens",)}


class Spending:
    """The sum over the turns of one session. A session's own totals (context, cost) replace what was said before."""

    def __init__(self) -> None:
        self._now = Usage()

    @property
    def usage(self) -> Usage:
        return self._now

    def updated(self, update: Any) -> bool:
        """Learns a `usage_update`: how full the context is, and what the session has cost. Whether it says anything."""
        used, size = values.whole(values.at(update, "used")), values.whole(values.at(update, "size"))
        cost = values.amount(values.at(update, "cost", "amount"))
        changes: dict[str, Any] = {}
        if used is not None:
            changes |= {
                "context_used": used,
                "context_size": size if size is not None else self._now.context_size,
            }
        if cost is not None:
            changes |= {
                "cost": cost,
                "currency": (values.text(values.at(update, "cost", "currency")) or "USD")[:3],
            }
        self._now = msgspec.structs.replace(self._now, **changes)
        return bool(changes)

    def turn_ended(self, reply: Any) -> bool:
        """Adds what the reply to a prompt says of its turn. Whether it says anything."""
        told = values.mapping(values.at(reply, "usage"))
        names = _REPLY
        if not told:
            told, names = values.mapping(values.at(reply, "_meta", "quota", "token_count")), _QUOTA
        sums: dict[str, Any] = {}
        for field, keys in names.items():
            number = next((found for key in keys if (found := values.whole(told.get(key))) is not None), None)
            if number is not None:
                sums[field] = (getattr(self._now, field) or 0) + number
        if sums and "total_tokens" not in sums:
            sums["total_tokens"] = (sums.get("input_tokens") or 0) + (sums.get("output_tokens") or 0)
        self._now = msgspec.structs.replace(self._now, **sums)
        return bool(sums)
