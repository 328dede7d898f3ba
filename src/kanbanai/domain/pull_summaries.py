"""What an agent is told that is to draft a pull request's text, and what is read from its answer. Pure.

It is given the commits and the difference as text, within bounds: a file's part and the whole may be cut, and what was
cut is said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from kanbanai.domain.answers import headed
from kanbanai.domain.cards import Card, GithubIssueLink
from kanbanai.domain.writing import PullSummary, briefed

MAX_DIFF = 80_000
"""Characters of the difference: some 20,000 tokens, which any model's window has room for beside the project."""
MAX_FILE = 12_000
"""Characters of one file's part; what is longer is a generated file, or one that the beginning tells enough of."""
MAX_FILES = 300
"""Files named."""
MAX_COMMITS = 100
MAX_COMMIT = 1_000
"""Characters of a commit's message."""
MAX_BODY = 60_000
"""Characters; GitHub takes 65,536, and lines may be added to it."""
MAX_DESCRIPTION = 20_000
"""Characters of the ticket's description: what the pull request is for, not all that was pasted into it."""

GUIDANCE = """\
Draft the text of a pull request for the changes below, for the person who is to review them: what changes for users \
or callers and why, then how, file names only where they help, then what to look at closely and how it was tested, if \
the changes show it. Say nothing that the changes do not show."""
"""How to write, where the project's settings do not say."""
FORM = """\
Answer with the text and nothing else, as Markdown: the first line is `# ` and the title (one line, at most 70 \
characters, in the imperative), everything below it is the body."""


class BranchWork(msgspec.Struct, frozen=True, kw_only=True):
    """What a branch has and its base has not. `commit`: the branch's, by its full name.

    `messages`: of its commits, the oldest first. `stat`: files and how many lines changed, as git tells it. `patch`:
    the difference, of which the end may be missing (`is_whole` False).
    """

    branch: str
    base: str
    commit: str
    messages: tuple[str, ...]
    stat: str
    patch: str
    is_whole: bool = True


def prompt(
    work: BranchWork, card: Card | None, guidance: str | None, appended: str | None, *, missing: str | None
) -> str:
    """What the agent is told. `card`: the ticket that the branch is for."""
    commits = "\n".join(f"<commit>{_cut(one, MAX_COMMIT)}</commit>" for one in work.messages[:MAX_COMMITS])
    given = (
        f'<pull_request branch="{work.branch}" base="{work.base}">\n{_ticket(card)}'
        f"<commits>\n{commits}\n</commits>\n<files>\n{work.stat.strip()}\n</files>\n"
        f"<diff>\n{bounded(work.patch, is_whole=work.is_whole)}\n</diff>\n</pull_request>"
    )
    return briefed("pull_request", guidance or GUIDANCE, appended, given, FORM, missing=missing)


def _ticket(card: Card | None) -> str:
    if card is None:
        return ""
    key = f' key="{card.ticket_key}"' if card.ticket_key else ""
    description = _cut((card.description or "").strip(), MAX_DESCRIPTION)
    return f"<ticket{key}>\n<title>{card.title}</title>\n<description>\n{description}\n</description>\n</ticket>\n"


def bounded(patch: str, *, is_whole: bool = True) -> str:
    """A difference that an agent can be given: long files cut, and the files that there is no room for left out."""
    parts = re.split(r"(?m)^(?=diff --git )", patch)
    shown: list[str] = []
    left, left_out = MAX_DIFF, 0
    for part in parts:
        if not part.strip():
            continue
        text = _cut(part.rstrip("\n"), MAX_FILE)
        if len(text) > left:
            left_out += 1
            continue
        shown.append(text)
        left -= len(text)
    if left_out or not is_whole:
        shown.append(f"[… {left_out or 'some'} more files are not shown; <files> names them …]")
    return "\n".join(shown)


def summary(messages: Sequence[str], issue: GithubIssueLink | None) -> PullSummary | None:
    """The text that the agent answered with, and the line that closes the ticket's issue; None: it has no title."""
    found = headed(messages)
    if found is None:
        return None
    return PullSummary(found.title, closing(found.text[:MAX_BODY].rstrip(), issue))


def closing(body: str, issue: GithubIssueLink | None) -> str:
    """The body with a line that closes the issue when the pull request is merged, unless it has one."""
    if issue is None or _closes(body, issue):
        return body
    return f"{body}\n\ncloses #{issue.issue_number}".lstrip("\n")


def _closes(body: str, issue: GithubIssueLink) -> bool:
    """By GitHub's own words, before the issue's number or its address."""
    words = r"(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)"
    names = rf"(?:[\w./-]*\#{issue.issue_number}|{re.escape(issue.url)})"
    return re.search(rf"(?i)\b{words}:?\s+{names}(?!\d)", body) is not None


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}\n[… {len(text) - limit:,} more characters …]"
