"""The scripted model for each test that asks for one; a test with a real agent skips where that is not installed."""

from collections.abc import AsyncGenerator

import pytest

from tests.agents.real import AGENTS, RealAgent
from tests.models.endpoint import Endpoint, endpoint


@pytest.fixture
async def models() -> AsyncGenerator[Endpoint]:
    async with endpoint() as running:
        yield running


@pytest.fixture(params=AGENTS, ids=lambda agent: agent.key.lower())
def agent(request: pytest.FixtureRequest) -> RealAgent:
    """Each of the real agents in turn."""
    real: RealAgent = request.param
    if real.missing:
        pytest.skip(real.missing)
    return real
