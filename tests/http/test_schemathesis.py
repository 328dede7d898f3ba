"""The API held against its own description: no input makes it fail, and every answer is one that was described."""

import asyncio
import json
import subprocess
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    negative_data_rejection,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.schemas import BaseSchema

from kanbanai.adapters.git.repositories import GitRepositories
from kanbanai.domain.conversations import ToolUse
from kanbanai.domain.permissions import PermissionOption
from kanbanai.domain.repositories import Repository
from kanbanai.http import describe
from kanbanai.http.api import api
from kanbanai.http.edge import Edge
from kanbanai.http.provide import Services
from kanbanai.usecases import attempts, imports, messages, permissions, profiles
from kanbanai.usecases.permissions import Asked
from tests.house.sources import ROOT
from tests.http.standins import OneAccount
from tests.http.wiring import services_on
from tests.world import World

STREAMS = {"/sse"}
"""What never ends is tested elsewhere."""
ADDRESS = "http://127.0.0.1:3000/api/v1"
STAMP = "2026-11-23T18:00:00.000Z"


def _operations(*, taking: bool = False) -> list[str]:
    """Every operation, or those that take a body: what else breaks the description, no client can send."""
    document = json.loads((ROOT / describe.FOLDER / "openapi.json").read_text(encoding="utf-8"))
    return [
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        if path not in STREAMS
        for method, operation in item.items()
        if not taking or "requestBody" in operation
    ]


@schemathesis.serializer("application/x-ndjson")
def lines_of_json(_context: Any, value: Any) -> bytes:
    """What is made up for a file of lines is text, and seldom one; whole files come in by the tests of imports."""
    return str(value).encode()


class HarmlessGit(GitRepositories):
    """Makes no repositories: a made-up path may be any folder of this machine."""

    @asynccontextmanager
    async def prepared(self, path: str, *, initialize: bool) -> AsyncGenerator[Repository]:
        async with super().prepared(path, initialize=False) as repository:
            yield repository


class Current:
    """The services of the test that runs, for the one application of all tests."""

    services: Services

    def __getattr__(self, name: str) -> object:
        return getattr(self.services, name)


class Stage:
    """What there is to be found, by the names of parameters and fields."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.known: dict[str, Any] = {}

    async def furnish(self, world: World) -> None:
        """A project of a file with everything on it."""
        attempt = {"agent": "CODEX", "status": "failed", "baseBranch": "main", "branchName": "b"}
        lines = [
            {"type": "project", "version": 1, "name": "Wire", "repositoryPath": str(self.home / "wire")},
            {"type": "column", "id": "c", "title": "Backlog", "key": "backlog"},
            {"type": "column", "id": "e", "title": "Empty"},
            {"type": "card", "id": "k", "columnId": "c", "title": "A card"},
            {"type": "attempt", "id": "t", "cardId": "k", "createdAt": STAMP, "updatedAt": STAMP} | attempt,
            {"type": "log", "attemptId": "t", "ts": STAMP, "level": "info", "message": "A line"},
        ]
        arrived = await world.run(imports.read_project, [json.dumps(line).encode() for line in lines])
        board_id = arrived.project.board_id
        (card_id,) = (await world.read(lambda tx: tx.boards.snapshot(board_id))).state.cards
        latest = await world.read(lambda tx: tx.attempts.latest(card_id))
        assert latest is not None
        made = await world.run(profiles.create, None, agent_key="CODEX", name="Careful", config={})
        column_id = (await world.columns(board_id))[1]
        said = await world.run(messages.say, latest.id, "More")
        await world.run(attempts.claim, 1)
        tool = ToolUse(name="command", action="exec", status="created")
        options = (PermissionOption("yes", "allow_once", "Yes"), PermissionOption("no", "reject_once", "No"))
        asked = await world.run(permissions.ask, latest.id, Asked(title="Run it", tool=tool, options=options))
        self.known = {
            "board_id": board_id,
            "project_id": board_id,
            "card_id": card_id,
            "column_id": column_id,
            "attempt_id": latest.id,
            "profile_id": made.id,
            "message_id": said.message.id,
            "permission_id": asked.id,
            "agent_key": "CODEX",
            "columnId": column_id,
            "cardIds": [card_id],
            "repositoryPath": str(self.home / "wire"),
        }

    def fill(self, given: dict[str, Any]) -> None:
        """Puts what there is in the place of what was made up."""
        given.update({name: self.known[name] for name in given if name in self.known})


CURRENT = Current()


@cache
def application() -> Edge:
    """Made once, when the first services are there."""
    return Edge(api(cast("Services", CURRENT)), observe=lambda *_: None)


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Stage]:
    """A world of its own for each test, so that what one deletes is there for the next."""
    monkeypatch.setenv("HOME", str(tmp_path))
    subprocess.run(["git", "init", "--quiet", tmp_path / "wire"], check=True)
    stage = Stage(tmp_path)
    with asyncio.Runner() as runner:
        world = World()
        try:
            CURRENT.services = msgspec.structs.replace(
                services_on(world, tmp_path),
                accounts=OneAccount(),
                git=HarmlessGit({"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}),
            )
            runner.run(stage.furnish(world))
            yield stage
        finally:
            world.store.close()


@cache
def described() -> BaseSchema:
    """The description, of the application."""
    document = json.loads((ROOT / describe.FOLDER / "openapi.json").read_text(encoding="utf-8"))
    schema = schemathesis.openapi.from_dict(document)
    schema.app = application()
    return schema


CHECKS: list[Any] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
]


def explore(stage: Stage, name: str, mode: GenerationMode) -> None:
    """Calls an operation with some dozen requests of that mode, half of them about things that there are."""
    method, path = name.split(" ")
    operation = described()[path][method]
    checks = CHECKS if mode is GenerationMode.POSITIVE else [*CHECKS, negative_data_rejection]

    @given(case=operation.as_strategy(generation_mode=mode), is_real=st.booleans())
    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def call(case: Any, is_real: bool) -> None:
        if is_real:
            stage.fill(case.path_parameters)
            if mode is GenerationMode.POSITIVE and isinstance(case.body, dict):
                stage.fill(case.body)
        answer = case.call_and_validate(base_url=ADDRESS, checks=checks)
        assert answer.status_code != HTTPStatus.FORBIDDEN, "this is about the routes, not about who may ask"

    call()


@pytest.mark.parametrize("name", _operations())
def test_a_described_request_is_answered_as_described(stage: Stage, name: str) -> None:
    explore(stage, name, GenerationMode.POSITIVE)


@pytest.mark.slow
@pytest.mark.parametrize("name", _operations(taking=True))
def test_a_request_that_breaks_the_description_is_refused_in_a_described_way(stage: Stage, name: str) -> None:
    explore(stage, name, GenerationMode.NEGATIVE)
