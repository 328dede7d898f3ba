"""The text of a pull request, drafted by an agent; contract section 15."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import Response, post
from litestar.params import JSONBody
from msgspec import Meta

from kanbanai.domain.ids import AttemptId, CardId, ProfileId
from kanbanai.domain.writing import Choice, PullRequested, PullSummary
from kanbanai.http.answers import also
from kanbanai.http.bodies import JsonRequest
from kanbanai.http.provide import FromWriters, ProjectPath
from kanbanai.http.writing import CALLED_OFF, FAILED, answered, present


class SummaryDraft(msgspec.Struct, kw_only=True, rename="camel"):
    """Which branch to describe, and who is to; what is left out comes from the attempt, the card, the settings."""

    base: Annotated[str, Meta(min_length=1)] | None = None
    branch: Annotated[str, Meta(min_length=1, examples=["AB1/WC-17-retry-uploads"])] | None = None
    attempt_id: AttemptId | None = None
    card_id: CardId | None = None
    agent: Annotated[str, Meta(min_length=1, examples=["CLAUDE_CODE"])] | None = None
    profile_id: ProfileId | None = None


class SummaryAnswer(msgspec.Struct):
    """The drafted text."""

    summary: PullSummary


@post(
    "/projects/{project_id:str}/pull-requests/summary",
    summary="Draft a pull request's text",
    tags=["github"],
    status_code=200,
    opt=also(
        {
            409: "There is no branch to describe, or nothing on it that its base has not.",
            499: CALLED_OFF,
            502: FAILED,
        }
    ),
)
async def draft_summary(
    project_id: ProjectPath, data: JSONBody[SummaryDraft], request: JsonRequest, writers: FromWriters
) -> Response[SummaryAnswer]:
    """An agent reads what the branch has and its base has not, and drafts the text; nothing is stored.

    With `Accept: text/event-stream` the answer is a stream: `text` events as it is written, then one `result` (what is
    answered otherwise) or one `problem`. Whoever hangs up calls it off.
    """
    asked = PullRequested(
        base=data.base, branch=data.branch, attempt_id=data.attempt_id, card_id=data.card_id
    )
    writing = await present(writers).summary(project_id, asked, Choice(data.agent, data.profile_id))
    return await answered(request, writing, SummaryAnswer)


ROUTES = (draft_summary,)
