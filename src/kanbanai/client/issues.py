"""Issues of GitHub, as the API has them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import msgspec

from kanbanai.client.api import TRANSFER_TIMEOUT, Calls, decoded
from kanbanai.domain.ids import BoardId, ProjectId
from kanbanai.domain.issues import IssueCounts, IssuePreview, IssueSyncStatus


class WantedIssues(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which issues are meant. `labels`: those that have all of them. `numbers` None: any."""

    owner: str
    repo: str
    state: Literal["open", "all", "closed"] = "open"
    labels: Sequence[str] = ()
    numbers: Sequence[int] | None = None


class IssueCalls(Calls):
    """The calls about issues. They raise as all calls do."""

    async def preview_issues(self, board_id: BoardId, wanted: WantedIssues) -> IssuePreview:
        """What an import would bring. Nothing is stored."""
        response = await self._call(
            "POST",
            f"/boards/{board_id}/import/github/issues/preview",
            json=msgspec.to_builtins(wanted),
            timeout=TRANSFER_TIMEOUT,
        )
        return decoded(response, IssuePreview)

    async def import_issues(
        self, board_id: BoardId, wanted: WantedIssues, *, with_deleted: bool = False
    ) -> IssueCounts:
        """Makes cards of issues. `with_deleted`: those whose cards were deleted as well."""
        asked = msgspec.to_builtins(wanted) | ({"withDeleted": True} if with_deleted else {})
        response = await self._call(
            "POST", f"/boards/{board_id}/import/github/issues", json=asked, timeout=TRANSFER_TIMEOUT
        )
        return decoded(response, IssueCounts)

    async def sync_issues(self, project_id: ProjectId) -> IssueCounts:
        """Brings in what is new of issues now, and has told what GitHub refused of cards' edits."""
        response = await self._call(
            "POST", f"/projects/{project_id}/github/issues/sync", timeout=TRANSFER_TIMEOUT
        )
        return decoded(response, IssueCounts)

    async def issue_sync(self, project_id: ProjectId) -> IssueSyncStatus:
        """How the project's issues are kept in step. GitHub is not asked."""
        response = await self._call("GET", f"/projects/{project_id}/github/issues/sync")
        return decoded(response, IssueSyncStatus)
