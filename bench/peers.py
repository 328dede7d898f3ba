"""The servers that are measured side by side: ours, nchan (nginx) and the floor, each started and ended by its pid.

All three are driven by the same generator with the same payload; what differs is the path, the request that publishes
and the frame around the payload. `fit` chooses the padding that makes the bytes of an event equal.
"""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from bench.generator import Load, Request
from bench.native import Missing, binary

MARK = "t={t};n={n};"
"""What the generator recognises a delivery by; it fills in time and number, 34 bytes in all."""

NCHAN_MODULE = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")


def allow_many_files() -> None:
    """Raises this process's limit of open files, which its children inherit, to what the machine allows."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def padding(size: int) -> str:
    return "x" * max(size, 0)


class Peer(ABC):
    """A server under measurement; a context manager that starts and ends it.

    `settle` seconds is the longest a start or an end may take before it is an error.
    """

    name: str
    event: str | None = None
    """The event whose frames carry deliveries; None: those without a name."""
    ready_event: str | None = None
    publisher_headers: Sequence[str] = ()
    settle = 30.0

    def __init__(self) -> None:
        self.port = 0
        self.folder = Path()
        self.started_in = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] | None = None
        self._stack = contextlib.ExitStack()

    @property
    @abstractmethod
    def viewer_path(self) -> str:
        """Where a viewer connects."""

    @abstractmethod
    def command(self) -> list[str]:
        """What to run, with `self.port` and `self.folder` chosen."""

    @abstractmethod
    def requests(self, pad: int) -> list[Request]:
        """The requests that publish one marker each, with a payload of `pad` bytes beside it; taken in turn."""

    def environment(self) -> dict[str, str]:
        return dict(os.environ)

    def is_ready(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError(f"{self.name} is not running")
        return self._process.pid

    def __enter__(self) -> Self:
        self.folder = Path(
            self._stack.enter_context(tempfile.TemporaryDirectory(prefix=f"bench-{self.name}-"))
        )
        self.started_in = self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self.stop()
        finally:
            self._stack.close()

    def start(self) -> float:
        """Starts the process; seconds until it was ready."""
        allow_many_files()
        self.port = free_port()
        command = self.command()
        self._log = (self.folder / "log").open("ab")
        began = time.monotonic()
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, env=self.environment()
        )
        while not self.is_ready():
            if self._process.poll() is not None or time.monotonic() > began + self.settle:
                self.stop()
                raise RuntimeError(f"{self.name} did not start:\n{self.log()}")
            time.sleep(
                0.002
            )  # what is measured here is the moment it answers; a tighter loop would take its processor
        return time.monotonic() - began

    def stop(self, how: signal.Signals = signal.SIGTERM) -> float:
        """Ends the process; seconds until it was gone. One that outlives `settle` is killed, with a word."""
        began = time.monotonic()
        if self._process is not None:
            self._process.send_signal(how)
            try:
                self._process.wait(self.settle)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
                print(f"{self.name} did not end within {self.settle:.0f} s of {how.name}", file=sys.stderr)
            self._process = None
        if self._log is not None:
            self._log.close()
            self._log = None
        return time.monotonic() - began

    def log(self) -> str:
        return (self.folder / "log").read_text(errors="replace")[-4000:]

    def load(self, pad: int = 0, **options: Any) -> Load:
        """A generator aimed at this server; `options` are those of Load."""
        chosen: dict[str, Any] = {
            "port": self.port,
            "path": self.viewer_path,
            "script": self.requests(pad),
            "publisher_headers": self.publisher_headers,
            "events": [self.event] if self.event else [],
            "ready_event": self.ready_event,
        }
        return Load(**{**chosen, **options})

    def event_bytes(self, pad: int) -> float:
        """The bytes of one event on the wire (without chunk framing) for a payload of `pad` bytes beside the marker."""
        with self.load(pad) as load:
            load.connect(1).complete()
            answer = load.publish(5, 0).complete()
            return answer.bytes / answer.deliveries

    def fit(self, size: int) -> int:
        """The `pad` with which an event has `size` bytes, or 0 when it is that large without any."""
        return max(0, round(size - self.event_bytes(0)))


class Floor(Peer):
    """The bare send() loop of `floor.c`."""

    name = "floor"
    event: str | None = "state_patch"

    @property
    def viewer_path(self) -> str:
        return "/"

    def command(self) -> list[str]:
        return [str(binary("floor")), str(self.port)]

    def requests(self, pad: int) -> list[Request]:
        return [Request("POST", "/", MARK + padding(pad))]


class Nchan(Peer):
    """nginx with the nchan module: one worker, messages kept in its shared memory, event-source subscribers.

    Raises Missing from `command` where nginx or the module is not installed.
    """

    name = "nchan"

    @property
    def viewer_path(self) -> str:
        return "/sub"

    def command(self) -> list[str]:
        nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
        if nginx is None or not NCHAN_MODULE.exists():
            raise Missing("the peer nchan is not installed: apt-get install nginx libnginx-mod-nchan")
        config = self.folder / "nginx.conf"
        config.write_text(self._config())
        return [nginx, "-p", str(self.folder), "-c", str(config), "-e", str(self.folder / "error.log")]

    def _config(self) -> str:
        # Root's worker would run as `nobody`, who may not enter the temporary folder. The buffer holds far more than a
        # run publishes within a message's life, so that no viewer ever misses one.
        user = "user root;" if os.geteuid() == 0 else ""
        return f"""
load_module {NCHAN_MODULE};
{user}
daemon off;
worker_processes 1;
worker_rlimit_nofile 65536;
pid {self.folder}/nginx.pid;
events {{ worker_connections 24000; multi_accept on; }}
http {{
    access_log off;
    default_type text/plain;
    keepalive_requests 100000000;
    keepalive_timeout 600s;
    client_body_temp_path {self.folder}/body;
    proxy_temp_path {self.folder}/proxy;
    fastcgi_temp_path {self.folder}/fastcgi;
    uwsgi_temp_path {self.folder}/uwsgi;
    scgi_temp_path {self.folder}/scgi;
    nchan_shared_memory_size 256m;
    server {{
        listen 127.0.0.1:{self.port} backlog=8192;
        location = /sub {{
            nchan_subscriber eventsource;
            nchan_channel_id bench;
            nchan_subscriber_first_message newest;
        }}
        location = /pub {{
            nchan_publisher;
            nchan_channel_id bench;
            nchan_message_buffer_length 5000;
            nchan_message_timeout 60s;
        }}
    }}
}}
"""

    def requests(self, pad: int) -> list[Request]:
        return [Request("POST", "/pub", MARK + padding(pad))]
