"""A GitHub with one pull request, for the recorded examples: its answers are always the same."""

from __future__ import annotations

from kanbanai.domain.ids import AttemptId, CardId, MessageId, ProjectId
from kanbanai.domain.messages import QueuedBrief
from kanbanai.domain.pulls import (
    Check,
    Feedback,
    PullRequest,
    PullRequestDetail,
    PullRequestText,
    Review,
    ReviewComment,
)
from kanbanai.ports import Store
from kanbanai.ports.pulls import FeedbackOrder, FeedbackSent, ListedState, PullRequestOrder, PullRequestView
from tests.http.standins import NOW

_URL = "https://github.com/acme/wire/pull/7"
_AT = "2026-11-23T18:40:00Z"
_PULL = PullRequest(
    number=7,
    url=_URL,
    state="open",
    draft=False,
    title="[WC-1] Retry uploads",
    head_ref="AB1/WC-1-retry-uploads",
    head_label="AB1/WC-1-retry-uploads",
    base_ref="main",
    created_at=_AT,
    updated_at=_AT,
    merged=False,
)
_DETAIL = PullRequestDetail(
    number=7,
    url=_URL,
    state="open",
    draft=False,
    title=_PULL.title,
    head_ref=_PULL.head_ref,
    head_label=_PULL.head_label,
    base_ref="main",
    created_at=_AT,
    updated_at=_AT,
    merged=False,
    body="Three times, with a pause that doubles.\n\ncloses #3",
    author="ada",
    head_sha="7448fa0c1d2e3f405162738495a6b7c8d9eaf0b1",
    mergeable=True,
    mergeable_state="clean",
    additions=12,
    deletions=3,
    changed_files=1,
    commits=1,
)
_REVIEW = Review(
    id=11,
    author="grace",
    state="changesRequested",
    body="Good, but for the pause.",
    submitted_at=_AT,
    url=f"{_URL}#pullrequestreview-11",
)
_COMMENT = ReviewComment(
    id=12,
    author="grace",
    path="upload.py",
    line=2,
    outdated=False,
    resolved=False,
    code="@@ -1,2 +1,3 @@\n def upload(file):\n+    for _ in range(3):",
    body="Pause between two tries.",
    in_reply_to=None,
    created_at=_AT,
    updated_at=_AT,
    url=f"{_URL}#discussion_r12",
)


class OnePull:
    """`PullRequests` of which there is one."""

    def __init__(self, card_id: CardId, attempt_id: AttemptId) -> None:
        self._card_id = card_id
        self._attempt_id = attempt_id

    async def list(
        self, store: Store, project_id: ProjectId, *, state: ListedState, branch: str | None
    ) -> list[PullRequest]:
        return [_PULL]

    async def read(self, store: Store, project_id: ProjectId, number: int) -> PullRequestView:
        return PullRequestView(
            pr=_DETAIL,
            checks=(Check(name="tests", state="passed", url=f"{_URL}/checks", description="41 tests"),),
            feedback=Feedback((_REVIEW,), (_COMMENT,)),
            card_id=self._card_id,
            attempt_id=self._attempt_id,
        )

    async def text(self, store: Store, project_id: ProjectId, order: PullRequestOrder) -> PullRequestText:
        return PullRequestText(
            title=_PULL.title, body=_DETAIL.body or "", base=_PULL.base_ref, branch=_PULL.head_ref
        )

    async def open(self, store: Store, project_id: ProjectId, order: PullRequestOrder) -> PullRequest:
        return _PULL

    async def send_feedback(
        self, store: Store, project_id: ProjectId, number: int, order: FeedbackOrder
    ) -> FeedbackSent:
        queued = QueuedBrief(
            id=MessageId("msg-40"),
            text=f"Reviewers commented on pull request #7 ({_URL}). Address what they say.",
            images=0,
            profile_id=None,
            created_at=NOW,
        )
        return FeedbackSent(
            attempt_id=self._attempt_id, reviews=1, comments=1, resolved=0, threads_known=True, queued=queued
        )
