"""What an agent is told that is to write a ticket's text better, and what is read from its answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from kanbanai.domain.answers import headed
from kanbanai.domain.cards import MAX_DESCRIPTION
from kanbanai.domain.enhancements import Suggestion
from kanbanai.domain.writing import TicketDraft, briefed

GUIDANCE = """\
Write the ticket below so that a developer who does not know how it came about can begin at once: what is wrong or \
missing, what it should be like, and how to tell that it is done. Name the files and functions that it is about where \
the project shows them. Keep every fact, name, link and number that is in it, add none that you cannot find in the \
project, and do not make it longer than the work deserves."""
"""How to write, where the project's settings do not say."""
FORM = """\
Answer with the whole new text and nothing else, as Markdown: the first line is `# ` and the title (one short line, \
without a ticket's key), everything below it is the description. Write in the ticket's language."""


def prompt(draft: TicketDraft, guidance: str | None, appended: str | None, *, missing: str | None) -> str:
    """What the agent is told. `missing`: why it has no files to look at."""
    kind = f' type="{draft.ticket_type}"' if draft.ticket_type else ""
    ticket = (
        f"<ticket{kind}>\n<title>{draft.title.strip()}</title>\n"
        f"<description>\n{(draft.description or '').strip()}\n</description>\n</ticket>"
    )
    return briefed("ticket", guidance or GUIDANCE, appended, ticket, FORM, missing=missing)


def suggestion(messages: Sequence[str]) -> Suggestion | None:
    """The text that the agent answered with; None: its answer has no title."""
    found = headed(messages)
    return None if found is None else Suggestion(found.title, found.text[:MAX_DESCRIPTION].rstrip() or None)
