"""Where a project's issues are: the repository of GitHub that its own came from."""

from __future__ import annotations

from kanbanai.domain.errors import Invalid, KanbanError
from kanbanai.domain.ids import ProjectId
from kanbanai.domain.repositories import github_repository
from kanbanai.ports import Git, Store
from kanbanai.usecases import queries

NO_REPOSITORY = "The project's remote `origin` is no repository of GitHub"


class Places:
    """Looks at projects' remotes. `base`: where the pages of the GitHub are that counts."""

    def __init__(self, store: Store, git: Git, base: str) -> None:
        self._store = store
        self._git = git
        self._base = base

    async def repository(self, project_id: ProjectId) -> str:
        """The `owner/name` of the project's origin. Raises NotFound; Invalid when it is no repository of GitHub."""
        project = await self._store.read(queries.project, project_id)
        found = github_repository(await self._git.origin_url(project.repository_path), self._base)
        if found is None:
            raise Invalid(NO_REPOSITORY)
        return found

    async def find(self, project_id: ProjectId) -> str | None:
        """The same; None where `repository` raises."""
        try:
            return await self.repository(project_id)
        except KanbanError:
            return None
