"""The load generator (`load.c`) as an object: its commands are methods, its answers typed values."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from bench.measure import NS
from bench.native import binary


@dataclass(frozen=True)
class Request:
    """One request of the publisher. `{t}` becomes the time it was due (ns), `{n}` its number."""

    method: str
    path: str
    body: str


@dataclass(frozen=True)
class Times:
    """A distribution of times, in seconds."""

    count: int
    mean: float
    p50: float
    p90: float
    p99: float
    max: float


@dataclass(frozen=True)
class Answer:
    """What the generator saw during one command; times in seconds."""

    command: str
    in_time: bool
    wall: float
    load_cpu: float
    viewers: int
    open: int
    failed: int
    closed: int
    deliveries: int
    missing: int
    least: int
    most: int
    exact: int
    gaps: int
    repeats: int
    stale: int
    protocol_errors: int
    bytes: int
    requests: int
    refused: int
    stalled: int
    stalled_closed: int
    failure: str
    latency: Times
    """From when a request was due to when a viewer read its marker."""
    request: Times
    """From when a request was due to its answer."""
    service: Times
    """From when a request was sent to its answer."""
    frames: dict[str, int]

    def complete(self) -> Self:
        """Raises LostDeliveries unless everybody got everything, once, in time."""
        wrong = {
            name: value
            for name in ("failed", "closed", "missing", "gaps", "repeats", "protocol_errors", "refused")
            if (value := getattr(self, name))
        }
        if wrong or not self.in_time:
            late = "" if self.in_time else " not in time;"
            raise LostDeliveries(f"{self.command}:{late} {wrong} {self.failure}".strip())
        return self


class LostDeliveries(Exception):
    """A run whose figures would mean nothing: something was lost, refused or late."""


def _times(raw: dict[str, int]) -> Times:
    seconds = {name: value / NS for name, value in raw.items() if name != "count"}
    return Times(count=raw["count"], **seconds)


@dataclass
class Load:
    """A running generator aimed at one server; a context manager. Limits and meaning of the options: `load.c`."""

    port: int
    path: str
    script: Sequence[Request] = ()
    viewer_headers: Sequence[str] = ()
    publisher_headers: Sequence[str] = ()
    publishers: int = 1
    events: Sequence[str] = ()
    ready_event: str | None = None
    check_ids: bool = False
    count_frames: bool = False
    window: int = 256
    flushes: int = 0
    dump: Path | None = None
    _process: subprocess.Popen[str] = field(init=False, repr=False)
    _folder: tempfile.TemporaryDirectory[str] = field(init=False, repr=False)

    def __enter__(self) -> Self:
        self._folder = tempfile.TemporaryDirectory(prefix="kanbanai-load-")
        self._process = subprocess.Popen(
            [str(binary("load")), *self._options()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()
        self._folder.cleanup()

    def _options(self) -> list[str]:
        options = ["--port", str(self.port), "--path", self.path, "--window", str(self.window)]
        options += [
            "--publishers",
            str(self.publishers),
            "--count",
            "frames" if self.count_frames else "marks",
        ]
        for flag, values in (
            ("--header", self.viewer_headers),
            ("--publisher-header", self.publisher_headers),
            ("--event", self.events),
        ):
            for value in values:
                options += [flag, value]
        if self.script:
            script = Path(self._folder.name, "script.tsv")
            script.write_text("".join(f"{each.method}\t{each.path}\t{each.body}\n" for each in self.script))
            options += ["--script", str(script)]
        if self.ready_event:
            options += ["--ready-event", self.ready_event]
        if self.check_ids:
            options.append("--check-ids")
        if self.flushes:
            options += ["--flushes", str(self.flushes)]
        if self.dump:
            options += ["--dump", str(self.dump)]
        return options

    @property
    def pid(self) -> int:
        return self._process.pid

    def _ask(self, command: str) -> Answer:
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the generator was started without pipes")
        self._process.stdin.write(command + "\n")
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the generator ended at `{command}`; it says why above")
        raw = json.loads(line)
        for name in ("wall", "load_cpu"):
            raw[name] /= NS
        for name in ("latency", "request", "service"):
            raw[name] = _times(raw[name])
        return Answer(**raw)

    def connect(self, viewers: int, timeout: float = 60) -> Answer:
        return self._ask(f"connect {viewers} {timeout}")

    def publish(self, requests: int, rate: int, expect: int | None = None, timeout: float = 60) -> Answer:
        """`requests` requests, `rate` a second (0: one after the other); each viewer is to get `expect` deliveries."""
        return self._ask(f"publish {requests} {rate} {requests if expect is None else expect} {timeout}")

    def resume(self, expect: int, timeout: float = 60) -> Answer:
        return self._ask(f"resume {expect} {timeout}")

    def stall(self, viewers: int) -> Answer:
        return self._ask(f"stall {viewers}")

    def disconnect(self) -> Answer:
        return self._ask("disconnect")

    def report(self) -> Answer:
        return self._ask("report")
