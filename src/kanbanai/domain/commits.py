"""The message of a commit that is made for an agent, when it has done its work."""

from __future__ import annotations

import re

from kanbanai.domain.ids import AttemptId, ProfileId

MAX_SUBJECT = 72
"""Characters; as the contract has it, and as git's own tools show a line without wrapping it."""
MAX_BODY = 1_200
"""Characters; as the contract has it."""
_FENCED = re.compile(r"^[ \t]*(```+|~~~+).*?(?:^[ \t]*\1[`~]*[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_BLANK_LINES = re.compile(r"\n\s*\n\s*\n+")


def autocommit_message(
    last_words: str | None, *, title: str, attempt_id: AttemptId, profile_id: ProfileId | None
) -> str:
    """A commit's message, made of what the agent said last: its first line, the rest, and what it came from.

    Code blocks and backticks are left out. Without any words the card's title is the subject.
    """
    text = _BLANK_LINES.sub("\n\n", _FENCED.sub("", last_words or "").replace("`", "")).strip()
    first, _, rest = text.partition("\n")
    subject = _cut(first.lstrip("#").strip().strip("*").strip(), MAX_SUBJECT) or _cut(
        f"feat: {title}", MAX_SUBJECT
    )
    trailers = f"Attempt: {attempt_id}" + (f"\nProfile: {profile_id}" if profile_id else "")
    body = _cut(rest.strip(), MAX_BODY)
    return "\n\n".join(part for part in (subject, body, trailers) if part)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
