"""What an attempt has used: tokens, money where the agent tells it, time."""

from __future__ import annotations

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
