"""Pull requests: listing, looking, making, and what reviewers said; contract section 15."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import Meta

from kanbanai.domain.errors import Invalid, Unavailable
from kanbanai.domain.ids import AttemptId, CardId, ProfileId
from kanbanai.domain.pulls import (
    MAX_BODY,
    MAX_TITLE,
    Check,
    PullRequest,
    PullRequestDetail,
    PullRequestText,
    Review,
    ReviewComment,
)
from kanbanai.domain.repositories import branch_name
from kanbanai.http.answers import also
from kanbanai.http.problems import gone
from kanbanai.http.provide import FromPulls, FromStore, ProjectPath
from kanbanai.http.routes.attempts import AttemptPath
from kanbanai.ports import PullRequests
from kanbanai.ports.pulls import FeedbackOrder, FeedbackSent, ListedState, PullRequestOrder
from kanbanai.usecases import queries

MAX_NOTE = 10_000
"""Characters of what a person puts before the words of reviewers."""
MAX_DIGITS = 10
"""Of a pull request's number; GitHub's busiest repositories have six."""
NumberPath = Annotated[str, PathParameter(description="The pull request's number on GitHub.")]
OfBranch = Annotated[str | None, QueryParameter(description="Only those that come from this branch.")]
OfAttempt = Annotated[
    AttemptId | None, QueryParameter(name="attemptId", description="The attempt whose branch it is.")
]
OfCard = Annotated[
    CardId | None, QueryParameter(name="cardId", description="The card whose newest attempt's branch it is.")
]
Onto = Annotated[str | None, QueryParameter(description="The branch that it is to go to.")]
Which = Annotated[ListedState, QueryParameter(name="state", description="Which ones.")]
_NOT_THERE = "No account of GitHub is connected, or GitHub does not take its token any more."
_ELSEWHERE = "The project's remote is no repository on GitHub, or no branch is known."
_REFUSED = "GitHub or git refused; their words are in the detail."
_ASKING = also({401: _NOT_THERE, 409: _ELSEWHERE, 502: _REFUSED})


class PullRequestList(msgspec.Struct, rename="camel"):
    """Pull requests, the one that was changed last first, 50 at most."""

    pull_requests: list[PullRequest]


class PullRequestAnswer(msgspec.Struct):
    """A pull request."""

    pr: PullRequest


class PullRequestDetails(msgspec.Struct, kw_only=True, rename="camel"):
    """A pull request with its checks, reviews and comments, and the card and the attempt that it belongs to.

    `threadsKnown` false: GitHub did not say which threads are resolved, so none counts as resolved.
    """

    pr: PullRequestDetail
    checks: tuple[Check, ...]
    reviews: tuple[Review, ...]
    comments: tuple[ReviewComment, ...]
    threads_known: bool
    card_id: CardId | None
    attempt_id: AttemptId | None


class PullRequestDraft(msgspec.Struct, kw_only=True, rename="camel"):
    """A new pull request. One of `branch`, `attemptId` and `cardId` says what of.

    A `base` left out is what the attempt began at, a `body` left out what the template makes of the ticket.
    """

    title: Annotated[str, Meta(min_length=1, max_length=MAX_TITLE)]
    base: Annotated[str, Meta(min_length=1)] | None = None
    body: Annotated[str, Meta(max_length=MAX_BODY)] | None = None
    draft: bool = False
    branch: Annotated[str, Meta(min_length=1)] | None = None
    attempt_id: AttemptId | None = None
    card_id: CardId | None = None


class AttemptPullRequestDraft(msgspec.Struct, kw_only=True):
    """A new pull request of an attempt's branch."""

    title: Annotated[str, Meta(min_length=1, max_length=MAX_TITLE)]
    base: Annotated[str, Meta(min_length=1)] | None = None
    body: Annotated[str, Meta(max_length=MAX_BODY)] | None = None
    draft: bool = False


class PullRequestTextAnswer(msgspec.Struct):
    """What a pull request would say."""

    text: PullRequestText


class FeedbackDraft(msgspec.Struct, kw_only=True, rename="camel"):
    """Whom to tell. `attemptId` left out: the newest attempt on the branch. `note` stands first in the message."""

    attempt_id: AttemptId | None = None
    profile_id: ProfileId | None = None
    note: Annotated[str, Meta(max_length=MAX_NOTE)] | None = None
    again: Annotated[bool, Meta(description="Also what the agent has been told already.")] = False


@get(
    "/projects/{project_id:str}/pull-requests",
    summary="A project's pull requests",
    tags=["github"],
    opt=_ASKING,
)
async def list_pull_requests(
    project_id: ProjectPath,
    store: FromStore,
    pulls: FromPulls,
    branch: OfBranch = None,
    which: Which = "open",
) -> PullRequestList:
    """Those of the repository that the project's remote is on GitHub."""
    wanted = None if branch is None else branch_name("branch", branch)
    return PullRequestList(await _needed(pulls).list(store, project_id, state=which, branch=wanted))


@get(
    "/projects/{project_id:str}/pull-requests/text",
    summary="What a pull request would say",
    tags=["github"],
    opt=also({409: "No branch is known."}),
)
async def read_pull_request_text(
    project_id: ProjectPath,
    store: FromStore,
    pulls: FromPulls,
    branch: OfBranch = None,
    attempt_id: OfAttempt = None,
    card_id: OfCard = None,
    base: Onto = None,
) -> PullRequestTextAnswer:
    """The title and body that the templates of the settings make of the ticket, without asking GitHub or an agent.

    The body has a line `closes #7` for the issue that the card is linked to.
    """
    order = PullRequestOrder(branch=branch, attempt_id=attempt_id, card_id=card_id, base=base)
    return PullRequestTextAnswer(await _needed(pulls).text(store, project_id, _checked(order)))


@get(
    "/projects/{project_id:str}/pull-requests/{number:str}",
    summary="A pull request",
    tags=["github"],
    opt=_ASKING,
)
async def read_pull_request(
    project_id: ProjectPath, number: NumberPath, store: FromStore, pulls: FromPulls
) -> PullRequestDetails:
    """The pull request as GitHub has it now, with its checks, reviews and comments, all pages."""
    found = await _needed(pulls).read(store, project_id, _number(number))
    return PullRequestDetails(
        pr=found.pr,
        checks=found.checks,
        reviews=found.feedback.reviews,
        comments=found.feedback.comments,
        threads_known=found.feedback.threads_known,
        card_id=found.card_id,
        attempt_id=found.attempt_id,
    )


@post(
    "/projects/{project_id:str}/pull-requests",
    summary="Make a pull request",
    tags=["github"],
    status_code=200,
    opt=_ASKING,
)
async def open_pull_request(
    project_id: ProjectPath, data: JSONBody[PullRequestDraft], store: FromStore, pulls: FromPulls
) -> PullRequestAnswer:
    """Pushes the branch and makes a pull request of it; an open one of the branch is used again.

    The card refers to it from then on, and viewers are told.
    """
    order = PullRequestOrder(
        branch=data.branch,
        attempt_id=data.attempt_id,
        card_id=data.card_id,
        base=data.base,
        title=data.title,
        body=data.body,
        draft=data.draft,
    )
    return PullRequestAnswer(await _needed(pulls).open(store, project_id, _checked(order)))


@post(
    "/attempts/{attempt_id:str}/github/pr",
    summary="Make a pull request of an attempt",
    tags=["github"],
    status_code=200,
    opt=_ASKING,
)
async def open_attempt_pull_request(
    attempt_id: AttemptPath, data: JSONBody[AttemptPullRequestDraft], store: FromStore, pulls: FromPulls
) -> PullRequestAnswer:
    """The same, for the branch of that attempt."""
    attempt = await store.read(queries.attempt, attempt_id)
    order = PullRequestOrder(
        attempt_id=attempt_id, base=data.base, title=data.title, body=data.body, draft=data.draft
    )
    return PullRequestAnswer(await _needed(pulls).open(store, attempt.board_id, _checked(order)))


@post(
    "/projects/{project_id:str}/pull-requests/{number:str}/feedback",
    summary="Tell an agent what reviewers said",
    tags=["github"],
    status_code=201,
    opt=also(
        {
            401: _NOT_THERE,
            409: "Reviewers said nothing new, or no attempt can be told.",
            502: _REFUSED,
        }
    ),
)
async def send_feedback(
    project_id: ProjectPath,
    number: NumberPath,
    data: JSONBody[FeedbackDraft],
    store: FromStore,
    pulls: FromPulls,
) -> FeedbackSent:
    """Puts one message into the agent's queue: reviews and comments that it has not been told, with file and line.

    Comments of threads that are resolved are left out, also with `again`.
    """
    order = FeedbackOrder(
        attempt_id=data.attempt_id, profile_id=data.profile_id, note=data.note, again=data.again
    )
    return await _needed(pulls).send_feedback(store, project_id, _number(number), order)


@get("/projects/{project_id:str}/github/pr", include_in_schema=False)
async def old_pull_request(project_id: ProjectPath) -> Response[bytes]:
    """Gone: list the project's pull requests."""
    return gone(f"/api/v1/projects/{project_id}/pull-requests")


@post("/projects/{project_id:str}/github/pr", include_in_schema=False)
async def old_open_pull_request(project_id: ProjectPath) -> Response[bytes]:
    """Gone: post to the project's pull requests."""
    return gone(f"/api/v1/projects/{project_id}/pull-requests")


def _checked(order: PullRequestOrder) -> PullRequestOrder:
    """The order with its branches as git takes them. Raises Invalid."""
    title = None if order.title is None else " ".join(order.title.split())
    if title == "":
        raise Invalid.field("title", "a pull request needs a title")
    return msgspec.structs.replace(
        order,
        title=title,
        branch=None if order.branch is None else branch_name("branch", order.branch),
        base=None if order.base is None else branch_name("base", order.base),
    )


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > MAX_DIGITS or int(text) == 0:
        raise Invalid.field("number", f"{text!r} is no number of a pull request")
    return int(text)


def _needed(pulls: PullRequests | None) -> PullRequests:
    if pulls is None:
        raise Unavailable("This server does not speak to GitHub")
    return pulls


ROUTES = (
    list_pull_requests,
    read_pull_request_text,
    read_pull_request,
    open_pull_request,
    open_attempt_pull_request,
    send_feedback,
    old_pull_request,
    old_open_pull_request,
)
