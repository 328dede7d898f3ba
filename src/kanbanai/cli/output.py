"""What commands print: tables for people, JSON for programs, and nothing that a terminal would obey."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence

import msgspec

_KEPT = {"\u200d", "\ufe0f"}
"""Format characters that emoji are made with; they steer nothing but their neighbours."""


def plain(text: str) -> str:
    """`text` on one line, without anything that a terminal obeys or that hides what it says.

    Titles and logs come from issues, agents and colleagues. A control sequence in one could retitle the window, move
    the cursor or recolour what follows, and a bidirectional override could show it in another order.
    """
    return "".join(_visible(character) for character in " ".join(text.split()))


def _visible(character: str) -> str:
    # Cc: controls, ESC among them. Cf: invisible formats, bidirectional ones among them. Cs, Co: no characters at all.
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"} and character not in _KEPT:
        return "\N{REPLACEMENT CHARACTER}"
    return character


def print_json(value: object) -> None:
    """One JSON document on one line."""
    sys.stdout.buffer.write(msgspec.json.encode(value) + b"\n")
    sys.stdout.buffer.flush()


def print_table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal; elsewhere lines of tab-separated fields without a head, for `cut` and `awk`."""
    cleaned = [[plain(cell) for cell in row] for row in rows]
    if not sys.stdout.isatty():
        for row in cleaned:
            print("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, head in enumerate(heads):
        table.add_column(head, overflow="fold" if number == len(heads) - 1 else "ellipsis")
    for row in cleaned:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
