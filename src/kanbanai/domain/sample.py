"""The project for trying things out: what its repository and its cards hold.

Small enough to be read in a minute, and real: it can be run, and every card asks for something that could be done.
"""

from __future__ import annotations

from typing import NamedTuple

from kanbanai.domain.cards import TicketType
from kanbanai.domain.worktrees import Identity

NAME = "Demo"
AGENT = "DEMO"
"""The agent that its cards are started with: it needs no model, no key and no network."""
AUTHOR = Identity("KanbanAI", "demo@kanbanai.invalid")
"""Who the first commit is by; a top-level domain that nobody can own."""
FIRST_COMMIT = "A greeter to try KanbanAI with"

FILES = {
    "README.md": """\
# Greeter

A tiny program to try KanbanAI with. It greets people:

    python greeter.py Ada

Nothing here matters: let agents change it, merge what they made, or delete the whole folder.
""",
    "greeter.py": '''\
"""Greets people by name."""

import sys


def greeting(name: str) -> str:
    """What to say to somebody."""
    return f"Hello, {name}!"


if __name__ == "__main__":
    for name in sys.argv[1:] or ["world"]:
        print(greeting(name))
''',
    "test_greeter.py": '''\
"""Run with: python -m unittest"""

import unittest

from greeter import greeting


class Greets(unittest.TestCase):
    def test_by_name(self) -> None:
        self.assertEqual(greeting("Ada"), "Hello, Ada!")
''',
    ".gitignore": "__pycache__/\n",
}
"""The repository's files by path."""


class SampleCard(NamedTuple):
    """A card as it is made."""

    title: str
    ticket_type: TicketType
    description: str


CARDS = (
    SampleCard(
        "Greet in other languages",
        "feat",
        """\
The greeter knows English only. People should be able to choose:

    python greeter.py --language ja Ada

- [ ] English, Japanese and one more language of your choice
- [ ] An unknown language is refused with the list of those that there are
""",
    ),
    SampleCard(
        "Say goodbye, too",
        "feat",
        """\
A second program next to the greeter that says goodbye, with a test of its own.

It should share what both need instead of repeating it.
""",
    ),
    SampleCard(
        "A blank name is greeted as nobody",
        "fix",
        """\
`python greeter.py ""` prints `Hello, !`. It should greet the world instead, as it does without any name.

A test shows that it stays that way.
""",
    ),
)
