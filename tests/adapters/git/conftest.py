"""Real repositories in a folder of the test's own."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from kanbanai.adapters.git.repositories import GitRepositories

Run = Callable[..., str]


@pytest.fixture
def run() -> Run:
    """`run(folder, "commit", "-m", "x")`: git as a person would use it, its output as text."""

    def git(folder: Path, *arguments: str) -> str:
        folder.mkdir(parents=True, exist_ok=True)
        command = ["git", "-c", "protocol.file.allow=always", *arguments]
        return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout

    return git


@pytest.fixture
def repository(tmp_path: Path, run: Run) -> Path:
    """A repository with one commit on `trunk`."""
    folder = tmp_path / "repository"
    run(folder, "init", "--quiet", "--initial-branch=trunk")
    run(folder, "commit", "--quiet", "--allow-empty", "-m", "The first")
    return folder


@pytest.fixture
def git() -> GitRepositories:
    return GitRepositories(os.environ)
