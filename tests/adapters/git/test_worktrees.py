"""The worktrees of this adapter pass the suite for worktrees."""

import os

import pytest

from kanbanai.adapters.git.attempts import attempt_git
from kanbanai.adapters.system import SystemClock
from kanbanai.ports import Worktrees
from tests.contracts.worktrees import WorktreesContract

pytestmark = pytest.mark.anyio


class TestGitWorktrees(WorktreesContract):
    def make(self) -> Worktrees:
        return attempt_git(os.environ, SystemClock()).worktrees
