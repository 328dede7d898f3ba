"""Walks through the web client in Chromium: scripts in web/e2e, each with a server and a database of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("web_client")]

WEB = Path(__file__).resolve().parents[2] / "web"
PATIENCE = 480
"""Seconds; the newcomer alone takes 45, most of them for reading, and 88 looks at pages 250 on a busy machine."""


WALKS = (
    "board/board",
    "places/newcomer",
    "places/pages",
    "places/arrivals",
    "places/fields",
    "places/sizes",
    "places/watch",
    "attempt/flow",
    "attempt/git",
    "attempt/talk",
    "attempt/work",
    "attempt/outage",
)


@pytest.mark.parametrize("script", WALKS)
async def test_a_walk(script: str) -> None:
    node = shutil.which("node")
    if node is None or not (WEB / "node_modules").is_dir():
        pytest.skip("no Node, or no packages in web/node_modules: scripts/build-web installs them")
    process = await asyncio.create_subprocess_exec(
        node, str(WEB / "e2e" / f"{script}.mjs"), stdout=PIPE, stderr=STDOUT, env=dict(os.environ)
    )
    try:
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    assert process.returncode == 0, said.decode(errors="replace")
