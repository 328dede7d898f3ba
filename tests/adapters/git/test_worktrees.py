"""The worktrees of this adapter pass the suite for worktrees."""

import os

import pytest

from kanbanai.adapters.git.worktrees import GitWorktrees
from kanbanai.adapters.system import SystemClock
from kanbanai.ports import Worktrees
from tests.contracts.worktrees import WorktreesContract

pytestmark = pytest.mark.anyio


class TestGitWorktrees(WorktreesContract):
    def make(self) -> Worktrees:
        return GitWorktrees(os.environ, SystemClock())
