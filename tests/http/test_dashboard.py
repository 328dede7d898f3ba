"""GET /dashboard as a client meets it; contract section 18."""

import httpx
import pytest

from kanbanai.usecases import attempts
from kanbanai.usecases.attempts import NewAttempt
from tests.world import World

URL = "/api/v1/dashboard"


@pytest.mark.parametrize(
    ("query", "preset"),
    [
        ("", "last_7d"),
        ("?timeRangePreset=last_90d&range=24h", "last_90d"),
        ("?timeRangePreset=whatever", "last_7d"),
        ("?timeRangePreset=whatever&range=30d", "last_30d"),
        ("?range=all", "all_time"),
    ],
)
async def test_the_period_is_the_one_asked_for(client: httpx.AsyncClient, query: str, preset: str) -> None:
    answer = await client.get(URL + query)
    assert answer.status_code == 200
    assert answer.json()["timeRange"]["preset"] == preset


async def test_from_and_to_are_a_period_without_a_name(client: httpx.AsyncClient) -> None:
    asked = {"from": "2026-11-01T00:00:00+01:00", "to": "2026-11-08", "timeRangePreset": "last_24h"}
    answer = await client.get(URL, params=asked)
    assert answer.json()["timeRange"] == {
        "from": "2026-10-31T23:00:00.000Z",
        "to": "2026-11-08T00:00:00.000Z",
    }


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-11-01", "to"),
        ("to=2026-11-01", "from"),
        ("from=soon&to=2026-11-01", "from"),
        ("from=2026-11-01&to=2026-13-01", "to"),
        ("from=2026-11-02&to=2026-11-01", "to"),
        ("range=2w", "range"),
    ],
)
async def test_a_period_that_is_none_is_refused_by_name(
    client: httpx.AsyncClient, query: str, field: str
) -> None:
    answer = await client.get(f"{URL}?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert [one["field"] for one in answer.json()["errors"]] == [field]


async def test_both_prefixes_answer_with_what_goes_on(client: httpx.AsyncClient, world: World) -> None:
    board = (await world.project("Shop")).board_id
    card = await world.card(board, "Pay")
    queued = await world.run(attempts.queue, board, card, NewAttempt(agent="CODEX", branch_name="b"))
    for url in (URL, "/api/dashboard"):
        body = (await client.get(url)).json()
        assert body["activeAttempts"] == [
            {
                "attemptId": queued.id,
                "projectId": board,
                "projectName": "Shop",
                "cardId": card,
                "cardTitle": "Pay",
                "ticketKey": "S-1",
                "agentId": "CODEX",
                "status": "queued",
                "startedAt": None,
                "updatedAt": queued.updated_at,
            }
        ]
        assert body["metrics"]["byKey"]["attempts.active"]["total"] == 1


async def test_the_curves_have_a_point_for_each_day(client: httpx.AsyncClient, world: World) -> None:
    board = (await world.project("Shop")).board_id
    card = await world.card(board, "Pay")
    await world.run(attempts.queue, board, card, NewAttempt(agent="CODEX", branch_name="b"))
    body = (await client.get(f"{URL}/series")).json()
    assert body["timeRange"]["preset"] == "last_7d"
    assert body["bucketSeconds"] == 86_400
    assert len(body["points"]) == 8
    assert sum(point["attempts"] for point in body["points"]) == 1
    assert body["agents"] == []
    refused = await client.get(f"{URL}/series?range=2w")
    assert [one["field"] for one in refused.json()["errors"]] == ["range"]
