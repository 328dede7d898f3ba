"""What the doctor says about saved work and worktrees without an owner."""

import os
from pathlib import Path

import pytest

from kanbanai.adapters.git.attempts import attempt_git
from kanbanai.adapters.system import SystemClock
from kanbanai.config import Settings, read
from kanbanai.domain.worktrees import NewWorktree
from kanbanai.upkeep import worktrees
from kanbanai.usecases import projects
from tests.adapters.storage.test_open import opened
from tests.contracts.worktrees import repository_in, write

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read({}, {"data_dir": str(tmp_path / "data")})


async def test_an_installation_without_anything_is_fine(settings: Settings) -> None:
    found = await worktrees.examine(settings, os.environ)
    assert [(one.about, one.level) for one in found] == [("worktrees", "ok")]


async def test_saved_work_and_strays_are_told_with_the_way_to_mend(
    settings: Settings, tmp_path: Path
) -> None:
    repository = repository_in(tmp_path / "repository")
    settings.data_dir.mkdir()
    store = opened(settings.database)
    for path in (repository, tmp_path / "gone"):
        await store.run(projects.create, projects.NewProject(name="P", repository_path=str(path)))
    tools = attempt_git(os.environ, SystemClock())

    async def made(name: str) -> str:
        path = str(settings.worktrees_dir / "p" / name)
        new = NewWorktree(repository=str(repository), path=path, branch=f"work/{name}", base="main")
        return (await tools.worktrees.create(new)).path

    one, two = await made("one"), await made("two")
    write(one, "new.txt")
    saved = await tools.worktrees.put_away(one, repository=str(repository), branch="work/one", name="one")
    assert saved is not None
    write(settings.worktrees_dir, "p/left/over.txt")
    found = await worktrees.examine(settings, os.environ)
    store.close()
    assert [(each.about, each.level) for each in found] == [
        ("saved work", "warn"),  # the repository that is gone
        ("saved work", "ok"),
        ("worktrees", "warn"),
        ("worktrees", "warn"),
    ]
    assert "1 uncommitted files" in found[1].what
    assert saved.ref in found[1].what
    assert found[2].what == f"{settings.worktrees_dir}/p/left is no worktree (any more)"
    assert found[3].mend == f"Look what is in it, then: git -C '{repository}' worktree remove '{two}'"
