"""Pull requests: as GitHub has them, as a card shows them, and as the words that an agent or a form is given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from kanbanai.domain.attempts import Attempt
from kanbanai.domain.cards import Card, ChecksSummary, PullRequestBadge, PullRequestLife
from kanbanai.domain.ids import AttemptId, CardId

PullRequestState = Literal["open", "closed"]
CheckState = Literal["pending", "passed", "failed", "skipped"]
ReviewState = Literal["approved", "changesRequested", "commented", "dismissed", "pending"]

MAX_TITLE = 256
"""Characters; GitHub refuses a longer title of a pull request."""
MAX_BODY = 65_536
"""Characters; GitHub refuses a longer body of a pull request."""
MAX_FEEDBACK = 100_000
"""Characters of the message that review comments become: half of what one message to an agent may have."""
MAX_QUOTED = 4_000
"""Characters of one comment in that message; a longer one is a pasted log, whose end is on GitHub."""
CODE_LINES = 8
"""Lines of code that stand above a comment in that message: the ones that GitHub shows."""
DEFAULT_TITLE = "[{ticketKey}] {title}"
DEFAULT_BODY = "{description}"


class PullRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A pull request as lists and the stream show it. `merged` implies `closed`.

    `headLabel` is what its branch is called on GitHub: `owner:branch` for one of a fork, else as `headRef`; blank in
    what was told before there was one.
    """

    number: int
    url: str
    state: PullRequestState
    draft: bool
    title: str
    head_ref: str
    base_ref: str
    created_at: str
    updated_at: str
    merged: bool
    head_label: str = ""

    @property
    def is_of_fork(self) -> bool:
        """Whether its branch is another repository's: one of the same name here has nothing to do with it."""
        return ":" in self.head_label  # which no branch's name has


class PullRequestDetail(PullRequest, frozen=True, kw_only=True, rename="camel"):
    """A pull request whole. `mergeable` null: GitHub has not found out yet, or it is merged."""

    body: str | None
    author: str | None
    head_sha: str
    mergeable: bool | None
    mergeable_state: Annotated[
        str, Meta(description="GitHub's own word: clean, dirty, blocked, behind, unstable, draft, unknown.")
    ]
    additions: int
    deletions: int
    changed_files: int
    commits: int


class Check(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A check run, or the status that another service reported, of a pull request's last commit."""

    name: str
    state: CheckState
    url: str | None
    description: str | None = None


class Review(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a reviewer said of the whole."""

    id: int
    author: str | None
    state: ReviewState
    body: str
    submitted_at: str | None
    url: str


class ReviewComment(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What somebody said, of a line or (`path` null) in the conversation below the pull request.

    `line` null: of the whole file, or of a line that a later commit has changed (`outdated`). `code` is the end of the
    difference that the comment was written under. `inReplyTo` is the comment that began the thread. `resolved`:
    somebody has marked the thread as done.
    """

    id: int
    author: str | None
    path: str | None
    line: int | None
    outdated: bool
    resolved: bool
    code: str | None
    body: str
    in_reply_to: int | None
    created_at: str
    updated_at: str
    url: str


class Feedback(msgspec.Struct, frozen=True):
    """All that reviewers said of a pull request, in the order in which they said it.

    `threads_known` false: GitHub did not say which threads are resolved, so none counts as resolved.
    """

    reviews: tuple[Review, ...] = ()
    comments: tuple[ReviewComment, ...] = ()
    threads_known: bool = True


class PullRequestText(msgspec.Struct, frozen=True, kw_only=True):
    """The title and body that a pull request gets unless a person writes others, and the branches it is between."""

    title: str
    body: str
    base: str
    branch: str


class NewPullRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What GitHub is given to make a pull request of."""

    title: str
    head: str
    base: str
    body: str
    draft: bool = False


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What a pull request is about: a branch, and the card and the attempt that it belongs to, if any."""

    branch: str
    base: str
    card: Card | None = None
    attempt: Attempt | None = None

    @property
    def card_id(self) -> CardId | None:
        """The card's id, if there is a card."""
        return None if self.card is None else self.card.id

    @property
    def attempt_id(self) -> AttemptId | None:
        """The attempt's id, if there is an attempt."""
        return None if self.attempt is None else self.attempt.id


# ── What a card shows ───────────────────────────────────────────────────────────────────────────────────────────────


def badge_of(pull: PullRequest, checks: ChecksSummary | None = None) -> PullRequestBadge:
    """What a card shows of its pull request."""
    return PullRequestBadge(pull.number, _life(pull), None if pull.state == "closed" else checks)


def _life(pull: PullRequest) -> PullRequestLife:
    if pull.merged:
        return "merged"
    if pull.state == "closed":
        return "closed"
    return "draft" if pull.draft else "open"


def summary_of(checks: Sequence[Check]) -> ChecksSummary | None:
    """All checks in one word: one that failed, else one that goes on, else passed; None: there are none to speak of."""
    states = {one.state for one in checks} - {"skipped"}
    if not states:
        return None
    if "failed" in states:
        return "failed"
    return "pending" if "pending" in states else "passed"


# ── Where it is ─────────────────────────────────────────────────────────────────────────────────────────────────────

_NUMBER = re.compile(r"/pull/(?P<number>[1-9][0-9]{0,9})/?")


def number_in(url: str, base: str, repository: str) -> int | None:
    """The number in the address of a pull request of that repository; None: it is another's, or no such address."""
    prefix = f"{base.rstrip('/')}/{repository}".lower()
    if not url.lower().startswith(f"{prefix}/"):
        return None
    match = _NUMBER.fullmatch(url[len(prefix) :])
    return None if match is None else int(match["number"])


def base_branch(chosen: str, remote: str | None, fallback: str) -> str:
    """The branch that a pull request goes to, from what an attempt began at.

    That may be a remote's branch (`origin/main`), or a commit: then the project's own base.
    """
    if re.fullmatch(r"[0-9a-f]{40,64}", chosen):
        return fallback
    return chosen.removeprefix(f"{remote}/") if remote else chosen


# ── Its words ───────────────────────────────────────────────────────────────────────────────────────────────────────

_PLACEHOLDER = re.compile(r"\{([A-Za-z]+)\}")
_EMPTY_KEY = re.compile(r"^\s*(?:\[\s*\]|\(\s*\)|:)\s*")
_CLOSING = r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?)\b:?\s+"


def text_of(
    subject: Subject,
    *,
    title_template: str | None,
    body_template: str | None,
    prefix: str,
    links_issues: bool,
    repository: str | None = None,
) -> PullRequestText:
    """The title and body that the templates make of the ticket's fields.

    Templates may name {prefix}, {ticketKey}, {type}, {slug}, {title}, {description}, {branch} and {base}; what else
    stands in braces stays as it is. Unless the body names it already, the card's issue is closed by a line of its own.
    """
    values = _values(subject, prefix)
    title = _filled(title_template or DEFAULT_TITLE, values)
    title = " ".join(_EMPTY_KEY.sub("", title).split()) or subject.branch
    body = _filled(body_template or DEFAULT_BODY, values).strip()
    issue = subject.card.github_issue if subject.card else None
    if links_issues and issue is not None:
        body = closing(body, [reference(issue.issue_number, issue.url, repository)])
    return PullRequestText(
        title=_cut(title, MAX_TITLE), body=_cut(body, MAX_BODY), base=subject.base, branch=subject.branch
    )


def _values(subject: Subject, prefix: str) -> dict[str, str]:
    card = subject.card
    return {
        "prefix": prefix,
        "ticketKey": (card and card.ticket_key) or "",
        "type": (card and card.ticket_type) or "",
        "slug": subject.branch.rpartition("/")[2],
        "title": card.title if card else subject.branch,
        "description": (card and card.description) or "",
        "branch": subject.branch,
        "base": subject.base,
    }


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), template)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def reference(number: int, url: str, repository: str | None) -> str:
    """How an issue is named in a pull request of `repository`: `#7`, or `owner/name#7` when it is another's."""
    match = re.search(r"/(?P<name>[^/]+/[^/]+)/issues/[0-9]+/?$", url)
    if repository is None or match is None or match["name"].lower() == repository.lower():
        return f"#{number}"
    return f"{match['name']}#{number}"


def closing(body: str, references: Sequence[str]) -> str:
    """`body` with a line `closes #7` for each of the issues that it does not close already, within GitHub's limit."""
    missing = [
        one
        for one in references
        if not re.search(rf"{_CLOSING}{re.escape(one)}(?![0-9])", body, re.IGNORECASE)
    ]
    if not missing:
        return body
    lines = "\n".join(f"closes {one}" for one in missing)
    # The lines are what does something; of a body that is too long its end goes.
    room = MAX_BODY - len(lines) - 2
    return f"{_cut(body, room)}\n\n{lines}" if body else lines


# ── What reviewers said, for an agent ───────────────────────────────────────────────────────────────────────────────


def keys_of(feedback: Feedback) -> frozenset[str]:
    """Names of all that was said, each as it reads now: what is edited afterwards has another."""
    reviews = (f"r{one.id}@{one.submitted_at}" for one in feedback.reviews)
    comments = (f"c{one.id}@{one.updated_at}" for one in feedback.comments)
    return frozenset((*reviews, *comments))


def unheard(feedback: Feedback, heard: frozenset[str]) -> Feedback:
    """What says something, is not done, and was not brought before.

    A review without words says something only by its comments.
    """
    return Feedback(
        tuple(
            one
            for one in feedback.reviews
            if one.body.strip() and one.state != "pending" and f"r{one.id}@{one.submitted_at}" not in heard
        ),
        tuple(
            one
            for one in feedback.comments
            if one.body.strip() and not one.resolved and f"c{one.id}@{one.updated_at}" not in heard
        ),
        feedback.threads_known,
    )


def told(pull: PullRequest, feedback: Feedback, note: str | None = None) -> tuple[str, Feedback]:
    """What reviewers said as one message to an agent: each with its place, the code it is about, and its words.

    Also how much of it has room; what has none is the beginning of the next message.
    """
    opening = (
        note or f"Reviewers commented on pull request #{pull.number} ({pull.url}). Address what they say."
    )
    if not feedback.threads_known:
        opening = f"{opening.rstrip()}\n\n{_MAY_BE_DONE}"
    parts = [
        f"## {one.author or 'Somebody'} {_VERDICT[one.state]}\n\n{_quoted(one.body)}"
        for one in feedback.reviews
    ]
    parts += [_comment_told(one) for one in feedback.comments]
    text, fitting = opening.strip(), 0
    for part in parts:
        if len(text) + len(part) > MAX_FEEDBACK:
            break
        text = f"{text}\n\n{part}"
        fitting += 1
    reviews = feedback.reviews[:fitting]
    return text, Feedback(reviews, feedback.comments[: fitting - len(reviews)])


_MAY_BE_DONE = "GitHub did not say which of the threads are resolved: some of this may be done already."
_VERDICT: Mapping[ReviewState, str] = {
    "approved": "approved",
    "changesRequested": "asks for changes",
    "commented": "commented",
    "dismissed": "asked for changes (dismissed since)",
    "pending": "has not finished a review",
}


def _comment_told(comment: ReviewComment) -> str:
    who = comment.author or "Somebody"
    if comment.path is None:
        return f"## {who} in the conversation\n\n{_quoted(comment.body)}"
    place = comment.path if comment.line is None else f"{comment.path}:{comment.line}"
    if comment.outdated:
        place += " (the line has changed since)"
    code = f"```diff\n{_last_lines(comment.code)}\n```\n\n" if comment.code else ""
    again = " (in reply)" if comment.in_reply_to is not None else ""
    return f"## {place}\n\n{code}{who}{again}:\n\n{_quoted(comment.body)}"


def _last_lines(code: str) -> str:
    # A fence inside would end ours.
    return "\n".join(code.replace("```", "'''").splitlines()[-CODE_LINES:])


def _quoted(words: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in _cut(words.strip(), MAX_QUOTED).splitlines())
