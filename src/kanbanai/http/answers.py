"""What a route may answer that neither its type nor its parameters tell."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

KEY = "answers"


def also(answers: dict[int, str | type[Any]]) -> dict[str, Any]:
    """Options of a route (`opt=`) that name further answers for its description.

    A status from 400 on with a sentence is a problem document, below 400 an answer without a body; a type in the
    sentence's place is what the body holds then; its `EXAMPLE`, if it has one, is shown.
    """
    return {KEY: answers}


class DoneAnswer(msgspec.Struct):
    """It was done."""

    ok: Literal[True] = True
