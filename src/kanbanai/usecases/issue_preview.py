"""What an import of issues would bring."""

from __future__ import annotations

from collections.abc import Sequence

from kanbanai.domain.errors import Invalid
from kanbanai.domain.github import Issue
from kanbanai.domain.ids import BoardId
from kanbanai.domain.issues import Fate, IssueQuestion, LinkedIssue, ShownIssue, card_texts
from kanbanai.ports import Reading
from kanbanai.usecases.issue_merging import is_known


def of_page(
    tx: Reading, board_id: BoardId, question: IssueQuestion, issues: Sequence[Issue]
) -> list[ShownIssue]:
    """What an import would make of these issues; pull requests are none."""
    wanted = [one for one in issues if not one.is_pull_request and question.wants(one)]
    known = tx.issues.numbered(board_id, question.repository, {one.number for one in wanted})
    return [_shown(issue, known.get(issue.number)) for issue in wanted]


def _shown(issue: Issue, link: LinkedIssue | None) -> ShownIssue:
    return ShownIssue(
        number=issue.number,
        title=issue.title,
        url=issue.url,
        state=issue.state,
        labels=issue.labels,
        assignees=issue.assignees,
        updated_at=issue.updated_at,
        fate=_fate(issue, link),
        card_id=None if link is None else link.card_id,
    )


def _fate(issue: Issue, link: LinkedIssue | None) -> Fate:
    try:
        card_texts(issue)
    except Invalid:
        return "skipped"
    if link is None:
        return "new"
    return "skipped" if link.card_id is None or is_known(link, issue) else "updated"
