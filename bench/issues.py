"""2,000 issues come in from GitHub: what takes our own time, and what a sync with nothing new costs.

GitHub is the stand-in of the tests, in a process of its own, whose processor time is taken off: what is left is the
time in which the server works, or waits for its own disk.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bench.kanbanai import Api, KanbanAI
from bench.measure import NS, Figure, Scale, at_most, cpu_ns, median_of

HERE = "issues"


@dataclass(frozen=True)
class Github:
    """The stand-in as it runs."""

    address: str
    token: str
    pid: int

    def asked(self) -> int:
        """Requests so far."""
        connection = http.client.HTTPConnection(self.address.removeprefix("http://"))
        with contextlib.closing(connection):
            connection.request("GET", "/stand-in/asked")
            return len(json.load(connection.getresponse()))


@contextmanager
def standing_in(issues: int) -> Iterator[Github]:
    """A GitHub with a repository of so many issues of 1.5 KB each."""
    command = [sys.executable, "-m", "tests.forge.standin", "--issues", str(issues), "--unchecked"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        if process.stdout is None:
            raise RuntimeError("the stand-in has no output")
        address, token = process.stdout.readline().split()
        yield Github(address, token, process.pid)
    finally:
        process.terminate()
        process.wait()


class Connected(KanbanAI):
    """Our server with an account of that GitHub."""

    def __init__(self, github: Github) -> None:
        super().__init__()
        self._github = github

    def environment(self) -> dict[str, str]:
        github = {"GITHUB_TOKEN": self._github.token, "KANBANAI_GITHUB_URL": self._github.address}
        return super().environment() | github

    def project(self, api: Api, name: str) -> str:
        """A project whose repository is the stand-in's."""
        folder = self.folder / name
        subprocess.run(["git", "init", "--quiet", folder], check=True)
        remote = ["remote", "add", "origin", f"{self._github.address}/acme/wire.git"]
        subprocess.run(["git", *remote], cwd=folder, check=True)
        project: str = api("POST", "/projects", {"name": name, "repositoryPath": str(folder)})["id"]
        return project


def ask(scale: Scale) -> Iterator[Figure]:
    count, rounds = scale.pick(2_000, 200), scale.pick(3, 1)
    own, whole, busy, quiet = [], [], [], []
    news = 0
    with standing_in(count) as github, Connected(github) as ours:
        api = Api(ours.port)
        for number in range(rounds):
            project = ours.project(api, f"wire-{number}")
            sync = f"/projects/{project}/github/issues/sync"
            theirs, mine, began = cpu_ns(github.pid), cpu_ns(ours.pid), time.monotonic_ns()
            counts = api("POST", sync)
            took = time.monotonic_ns() - began
            if counts["imported"] != count:
                raise RuntimeError(f"{counts['imported']} of {count} issues came in")
            whole.append(took / NS)
            own.append((took - (cpu_ns(github.pid) - theirs)) / NS)
            busy.append((cpu_ns(ours.pid) - mine) / NS)
            asked, began = github.asked(), time.monotonic_ns()
            api("POST", sync)
            quiet.append((time.monotonic_ns() - began) / NS * 1_000)
            news = max(news, github.asked() - asked)
        api.close()
    yield median_of(HERE, f"{count:,} issues: our own time", own, "s", "≤", 10)
    yield median_of(HERE, f"{count:,} issues: processor time of the server", busy, "s")
    yield median_of(HERE, f"{count:,} issues: until all are cards, the stand-in included", whole, "s")
    yield at_most(HERE, "a sync with nothing new: requests", news, "", 1)
    yield median_of(HERE, "a sync with nothing new: time", quiet, "ms")
