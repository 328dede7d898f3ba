"""What an examination of an installation finds (`kanbanai doctor`): one sentence each, and how to mend it."""

from __future__ import annotations

from typing import Literal

import msgspec

Level = Literal["ok", "warn", "bad"]
"""In order; works · works, but not for long or not well · does not work, or what is stored is not right."""


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that was looked at.

    `about` is what it concerns (`database`, `git`), `what` says how it is, `mend` what a person can do about it, and
    `repair` names what `doctor --repair` can do: only what loses nothing and can be done twice.
    """

    about: str
    level: Level
    what: str
    mend: str | None = None
    repair: str | None = None
