"""What tests of use cases share."""

from collections.abc import AsyncGenerator

import pytest

from tests.usecases.desk import Desk
from tests.world import World


@pytest.fixture
async def desk() -> AsyncGenerator[Desk]:
    async with World.opened() as world:
        board = (await world.project()).board_id
        yield Desk(world, board, await world.columns(board), await world.card(board))
