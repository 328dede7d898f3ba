"""Commands load what they need and nothing else."""

import subprocess
import sys

import pytest

HEAVY = (
    "alembic",
    "kanbanai.adapters",
    "kanbanai.app",
    "kanbanai.http",
    "litestar",
    "sqlalchemy",
    "structlog",
    "uvicorn",
)
CLIENT = ("asyncio", "httpx", "kanbanai.client", "rich.live")

LOADED = """
import sys
from kanbanai.cli import app
try:
    app({arguments!r})
except SystemExit as end:
    code = end.code
print(code, *sorted(sys.modules), file=sys.stderr)
"""


def loaded(*arguments: str) -> tuple[str, set[str]]:
    """The exit code of a command, and every module that it loaded."""
    run = subprocess.run(
        [sys.executable, "-c", LOADED.format(arguments=arguments)], check=True, capture_output=True, text=True
    )
    code, *modules = run.stderr.splitlines()[-1].split()
    return code, {*modules}


def found(modules: set[str], packages: tuple[str, ...]) -> list[str]:
    return sorted(name for name in modules for one in packages if name == one or name.startswith(f"{one}."))


@pytest.mark.parametrize("arguments", [("card", "list", "X"), ("project", "list"), ("watch", "X")])
def test_a_command_that_speaks_to_a_server_loads_no_server(arguments: tuple[str, ...]) -> None:
    code, modules = loaded(*arguments, "--server", "http://127.0.0.1:9")
    assert code == "3", "nobody listens there"
    assert found(modules, HEAVY) == []


@pytest.mark.parametrize("arguments", [("--version",), ("--help",), ("card", "move", "--help")])
def test_a_command_that_asks_nobody_loads_no_client_either(arguments: tuple[str, ...]) -> None:
    code, modules = loaded(*arguments)
    assert code == "0"
    assert found(modules, (*HEAVY, *CLIENT)) == []
