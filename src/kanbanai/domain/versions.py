"""Version numbers: which of two is newer."""

from __future__ import annotations

import re

import msgspec

from kanbanai.domain.times import Timestamp

_VERSION = re.compile(r"v?(?P<numbers>\d{1,9}(?:\.\d{1,9}){0,4})(?P<rest>.*)", re.DOTALL)
_POST = re.compile(r"(?:\+.*)?")
"""Build metadata says nothing about the order; anything else after the numbers marks what comes before the release."""


class Release(msgspec.Struct, frozen=True):
    """The latest release that is known (None: none is) and when it was looked for."""

    version: str | None
    checked_at: Timestamp


def plain(version: str) -> str:
    """The version without the `v` that tags begin with."""
    return version.strip().removeprefix("v")


def is_newer(candidate: str, current: str) -> bool:
    """Whether `candidate` comes after `current`. Nothing is newer or older than a text that is no version."""
    ours, theirs = _rank(current), _rank(candidate)
    return ours is not None and theirs is not None and theirs > ours


def _rank(version: str) -> tuple[tuple[int, ...], bool] | None:
    match = _VERSION.fullmatch(version.strip())
    if match is None:
        return None
    numbers = [int(one) for one in match["numbers"].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers), _POST.fullmatch(match["rest"]) is not None
