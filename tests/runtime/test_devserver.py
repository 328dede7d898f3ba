"""Dev scripts that run on: that none of them is kept for running when it does not."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest

from kanbanai.ports import ScriptEnd
from kanbanai.runtime.devserver import UNEXPECTED, DevServers
from tests.runtime.stage import PaperScripts, Stage


@pytest.fixture
async def stage() -> AsyncGenerator[Stage]:
    async with Stage.opened() as stage:
        yield stage


async def test_a_mistake_of_ours_ends_the_script_in_the_record_too(stage: Stage) -> None:
    await stage.setting(dev_script="npm run dev")
    attempt = await stage.ends(await stage.start(), "succeeded")
    servers = DevServers(
        stage.world.store, _Faulty(), stage.world.clock, stage.world.ids, report=stage.faults.append
    )
    item = await servers.run(attempt.id)
    assert (item.status, item.stderr) == ("failed", UNEXPECTED)
    assert [str(fault) for fault in stage.faults] == ["It hangs in the kernel"]
    stage.faults.clear()
    assert (await stage.conversation(attempt))[-1] == item
    assert servers.of_attempt(attempt.id) == []


class _Faulty(PaperScripts):
    async def run(self, *_: Any, **__: Any) -> ScriptEnd:
        raise TimeoutError("It hangs in the kernel")
