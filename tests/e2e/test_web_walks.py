"""Walks through the web client in Chromium: scripts in web/e2e, each with a server and a database of its own."""

from __future__ import annotations

import asyncio
import os
import shutil
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import pytest

from kanbanai.http.ui import PACKAGED
from tests.e2e.followers import Chromium, require

pytestmark = pytest.mark.e2e

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
    require(Chromium)
    node = shutil.which("node")
    if node is None or not (WEB / "node_modules").is_dir():
        pytest.skip("no Node, or no packages in web/node_modules: scripts/build-web installs them")
    if not (PACKAGED / "index.html").is_file():
        pytest.skip("the web client is not built: scripts/build-web builds it")
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
