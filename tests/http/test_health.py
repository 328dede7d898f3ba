"""Health, readiness, metrics and version, for probes and for the sidebar."""

import asyncio
from typing import Any

import httpx
import msgspec
import pytest

from kanbanai.domain.errors import Unavailable
from kanbanai.domain.times import Timestamp
from kanbanai.domain.versions import Release
from kanbanai.http.edge import Edge
from kanbanai.http.metrics import Metrics
from kanbanai.http.provide import Services
from kanbanai.http.routes import health
from kanbanai.ports import Store
from tests.http.conftest import edge
from tests.http.wiring import speaking_to
from tests.world import World

pytestmark = pytest.mark.anyio

CHECKED = Timestamp("2026-11-23T18:42:00.000Z")


class Announced:
    """`Releases` that know of this one."""

    def __init__(self, version: str | None) -> None:
        self._version = version

    async def latest(self) -> Release:
        return Release(self._version, CHECKED)

    async def close(self) -> None:
        raise AssertionError("whoever opened it closes it")


def broken_store(store: Store, failure: Exception | None) -> Any:
    """A store that answers no question: with a failure, or never."""

    class Broken:
        def acting_as(self, _actor: object) -> "Broken":
            return self

        async def read(self, *_args: object) -> None:
            if failure is None:
                await asyncio.Event().wait()
            raise failure or AssertionError

    return Broken()


@pytest.mark.parametrize("prefix", ["/api/v1", "/api", ""])
async def test_a_live_server_says_so_at_every_address(client: httpx.AsyncClient, prefix: str) -> None:
    for name in ("/healthz", "/readyz"):
        answer = await client.get(prefix + name)
        assert (answer.status_code, answer.json()) == (200, {"ok": True})
        assert (await client.head(prefix + name)).status_code == 200
    assert (await client.get(f"{prefix}/metrics")).status_code == 200


@pytest.mark.parametrize("failure", [Unavailable("the database is locked"), None], ids=["error", "silence"])
async def test_a_server_whose_store_does_not_answer_is_alive_and_not_ready(
    services: Services, failure: Exception | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.05)
    without = msgspec.structs.replace(services, store=broken_store(services.store, failure))
    async with speaking_to(edge(without)) as client:
        assert (await client.get("/healthz")).status_code == 200
        answer = await client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"ok": False})


async def test_hello(client: httpx.AsyncClient) -> None:
    assert (await client.get("/hello")).json() == {"message": "Hello KanbanAI!", "success": True}


# ── Version ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("latest", "told", "is_newer"),
    [("1.3.0", "1.3.0", True), ("1.2.3", "1.2.3", False), ("1.2.0", "1.2.0", False), (None, "1.2.3", False)],
)
async def test_the_version_tells_of_a_newer_one(
    services: Services, latest: str | None, told: str, is_newer: bool
) -> None:
    with_news = msgspec.structs.replace(services, releases=Announced(latest))
    async with speaking_to(edge(with_news)) as client:
        answer = await client.get("/api/v1/version")
    assert answer.json() == {
        "currentVersion": "1.2.3",
        "latestVersion": told,
        "updateAvailable": is_newer,
        "checkedAt": CHECKED,
    }


# ── Metrics ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def samples(text: str) -> dict[str, float]:
    """Every sample of an exposition by its name with its labels."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


async def test_requests_are_counted_by_method_and_class_of_status(services: Services, world: World) -> None:
    project = await world.project()
    app = Edge(edge(services), observe=services.metrics.observe)
    async with speaking_to(app) as client:
        for _ in range(3):
            await client.get(f"/api/v1/boards/{project.id}")
        await client.get("/api/v1/boards/nowhere")
        await client.patch(f"/api/v1/projects/{project.id}", json={"name": "x"})
        await client.request("BREW", "/api/v1/projects")
        answer = await client.get("/api/v1/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert "# TYPE kanbanai_requests_total counter" in answer.text
    found = samples(answer.text)
    assert found['kanbanai_requests_total{method="GET",status="2xx"}'] == 3
    assert found['kanbanai_requests_total{method="GET",status="4xx"}'] == 1
    assert found['kanbanai_requests_total{method="PATCH",status="2xx"}'] == 1
    assert found['kanbanai_requests_total{method="OTHER",status="4xx"}'] == 1
    assert "BREW" not in answer.text
    assert found['kanbanai_request_duration_seconds_count{method="GET",status="2xx"}'] == 3
    assert found['kanbanai_request_duration_seconds_bucket{le="+Inf",method="GET",status="2xx"}'] == 3
    assert found['kanbanai_request_duration_seconds_sum{method="GET",status="2xx"}'] > 0


def test_a_duration_counts_in_every_bucket_from_its_bound_up() -> None:
    metrics = Metrics()
    for seconds in (0.001, 0.0011, 0.2, 11.0):
        metrics.observe("GET", 200, seconds)
    found = samples(metrics.exposition().decode())

    def bucket(bound: str) -> float:
        return found[f'kanbanai_request_duration_seconds_bucket{{le="{bound}",method="GET",status="2xx"}}']

    assert [bucket(bound) for bound in ("0.001", "0.0025", "0.1", "0.25", "10.0", "+Inf")] == [
        1,
        2,
        2,
        3,
        3,
        4,
    ]
    assert found['kanbanai_request_duration_seconds_sum{method="GET",status="2xx"}'] == pytest.approx(11.2021)


def test_numbers_of_others_are_read_when_somebody_asks() -> None:
    metrics = Metrics()
    readers = {"live": 1, "paused": 0}
    metrics.gauge("kanbanai_subscribers", "Open streams.", lambda: readers, label="condition")
    metrics.counter("kanbanai_frames", "Frames sent.", lambda: 7)
    readers["live"] = 5
    text = metrics.exposition().decode()
    assert "# TYPE kanbanai_subscribers gauge" in text
    assert "# TYPE kanbanai_frames_total counter" in text
    found = samples(text)
    assert found['kanbanai_subscribers{condition="live"}'] == 5
    assert found['kanbanai_subscribers{condition="paused"}'] == 0
    assert found["kanbanai_frames_total"] == 7


def test_two_servers_in_one_process_count_apart() -> None:
    one, two = Metrics(), Metrics()
    one.observe("GET", 200, 0.1)
    assert "kanbanai_requests_total{" in one.exposition().decode()
    assert "kanbanai_requests_total{" not in two.exposition().decode()
