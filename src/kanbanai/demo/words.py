"""The words by which a prompt steers the demo agent: `demo: <word> [number]`, each on a line of its own.

| words | what it does |
| --- | --- |
| `demo: fast`, `demo: slow` | without pauses; five times slower |
| `demo: fail` | the turn ends with an error, as when a model's provider answers 500 |
| `demo: unauthorized` | the same, as when the key was withdrawn |
| `demo: refuse` | the model refuses |
| `demo: die` | the program ends in the middle of the turn, with exit code 3 and a last word on stderr |
| `demo: hang` | it says nothing more until it is cancelled |
| `demo: say <n>` | nothing but a message of n lines (default 100) |
| `demo: shell <n>` | runs a command that takes n seconds (default 600) |
| `demo: ask` | asks for a permission, whatever its mode, and does nothing else |
| `demo: tools <n>` | n tool calls, one after the other (default 100) |
| `demo: big-output <n>` | runs a command that prints n MB (default 10) |
| `demo: trace <n>` | plays a long session of 31,314 updates, n times as fast as it was (default 20) |
"""

from __future__ import annotations

import re
from dataclasses import dataclass

DEFAULTS = {
    "fast": 0,
    "slow": 0,
    "fail": 0,
    "unauthorized": 0,
    "refuse": 0,
    "die": 0,
    "hang": 0,
    "ask": 0,
    "say": 100,
    "shell": 600,
    "tools": 100,
    "big-output": 10,
    "trace": 20,
}
"""Every word, and the number that it stands for when none follows."""
MOST = 1_000_000
"""A number beyond this is cut: a slip of the keyboard should not fill a disk."""

_PHRASE = re.compile(r"^[ \t]*demo:[ \t]*([a-z-]+)(?:[ \t]+([0-9]{1,9}))?[ \t]*$", re.MULTILINE)


@dataclass(frozen=True)
class Wish:
    """One thing that the prompt asks for."""

    word: str
    number: int


def wishes(prompt: str) -> list[Wish]:
    """What a prompt asks for, in its order. Words that are unknown mean nothing."""
    return [
        Wish(word, min(int(number) if number else DEFAULTS[word], MOST))
        for word, number in _PHRASE.findall(prompt)
        if word in DEFAULTS
    ]


def plain(prompt: str) -> str:
    """The prompt without such lines."""
    return _PHRASE.sub("", prompt).strip()
