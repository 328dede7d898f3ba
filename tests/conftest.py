"""What holds for every test: where it may reach, what it finds in the environment, and what becomes of a skip."""

import ipaddress
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

pytest.register_assert_rewrite("tests.contracts")

NO_SKIP = os.environ.get("KANBANAI_TESTS_NO_SKIP") == "1"
"""CI installs all that a test may ask for; there a skip means that a test silently stopped running."""


def _refuse_other_machines(event: str, args: tuple[Any, ...]) -> None:
    """An audit hook: a test talks to 127.0.0.1 or ::1, or fails at the line that tried something else."""
    if event not in {"socket.connect", "socket.sendto"}:
        return
    address = args[-1]
    if not isinstance(address, tuple):  # a Unix socket's path, or a socket already connected
        return
    host = address[0]
    if isinstance(host, bytes):
        host = host.decode()
    try:
        loopback = host in {"", "localhost"} or ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        message = f"a test tried to reach {address!r}; only this machine's loopback is allowed"
        raise RuntimeError(message)


sys.addaudithook(_refuse_other_machines)


@pytest.fixture(scope="session", autouse=True)
def _own_environment(tmp_path_factory: pytest.TempPathFactory) -> Generator[None]:
    """No test sees, or writes to, the settings, the data folder or the git configuration of who runs it."""
    home = tmp_path_factory.mktemp("user")
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name.startswith(("KANBANAI_", "GIT_", "GITHUB_", "GH_")) and not name.startswith(
                "KANBANAI_TESTS_"
            ):
                patch.delenv(name)
        patch.setenv("XDG_DATA_HOME", str(home / "data"))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        for who in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{who}_NAME", "Test")
            patch.setenv(f"GIT_{who}_EMAIL", "test@localhost")
        yield


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    """Asynchronous tests run on the loop that the server runs on."""
    return "asyncio", {"use_uvloop": True}


def _is_skip(report: pytest.TestReport | pytest.CollectReport) -> bool:
    return report.skipped and not hasattr(report, "wasxfail")


def _note(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Writes the skip into the list that scripts/test prints when all is over, or turns it into a failure."""
    reason = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    if NO_SKIP:
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped ({reason}), and KANBANAI_TESTS_NO_SKIP allows none"
    elif skips := os.environ.get("KANBANAI_TESTS_SKIPS"):
        with Path(skips).open("a", encoding="utf-8") as file:
            file.write(f"{report.nodeid}: {reason.removeprefix('Skipped: ')}\n")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if _is_skip(report):
        _note(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if _is_skip(report):  # pytest.skip(allow_module_level=True), importorskip
        _note(report)
    return report
