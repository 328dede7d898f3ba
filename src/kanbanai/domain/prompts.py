"""What an agent is told: the first prompt of an attempt, and the one that lets it go on after an interruption."""

from __future__ import annotations

CONTINUATION = (
    "You were interrupted: the program that runs you was stopped while you were at work. Look at what is done already "
    "in this folder, then go on with the task from there."
)
"""Sent when an attempt goes on whose agent was cut off. What it wrote into the worktree is still there."""


def first_prompt(title: str, description: str | None, appended: str | None) -> str:
    """The card as the agent is told it: title, description, and what the profile appends, a blank line between."""
    parts = (title, description or "", appended or "")
    return "\n\n".join(stripped for part in parts if (stripped := part.strip()))
