"""Whole outputs and raw transcripts over HTTP."""

from pathlib import Path

import httpx
import msgspec
import pytest

from kanbanai.adapters.files.transcripts import FileTranscripts
from kanbanai.domain.attempts import Attempt
from kanbanai.domain.ids import AttemptId, ItemId
from kanbanai.http.provide import Services
from kanbanai.usecases import attempts
from kanbanai.usecases.attempts import NewAttempt
from tests.http.problems import problem
from tests.http.wiring import KeptOutputs, services_on
from tests.world import World


@pytest.fixture
def outputs() -> KeptOutputs:
    return KeptOutputs()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "transcripts"
    made.mkdir()
    return made


@pytest.fixture
def services(world: World, home: Path, outputs: KeptOutputs, folder: Path) -> Services:
    return msgspec.structs.replace(
        services_on(world, home), outputs=outputs, transcripts=FileTranscripts(folder)
    )


@pytest.fixture
async def attempt(world: World) -> Attempt:
    board = (await world.project()).board_id
    return await world.run(attempts.queue, board, await world.card(board), NewAttempt(agent="CODEX"))


async def test_an_output_comes_in_parts(
    client: httpx.AsyncClient, attempt: Attempt, outputs: KeptOutputs
) -> None:
    await outputs.keep(attempt.id, ItemId("cmsg-1"), "0123456789é")
    address = f"/api/v1/attempts/{attempt.id}/items/cmsg-1/output"
    whole = (await client.get(address)).json()
    assert whole == {"text": "0123456789é", "offset": 0, "size": 12, "next": None}
    part = (await client.get(address, params={"offset": 4, "limit": 3})).json()
    assert part == {"text": "456", "offset": 4, "size": 12, "next": 7}
    beyond = (await client.get(address, params={"offset": 99})).json()
    assert beyond == {"text": "", "offset": 99, "size": 12, "next": None}
    cut = (await client.get(address, params={"offset": 10, "limit": 1})).json()
    assert cut == {"text": "\ufffd", "offset": 10, "size": 12, "next": 11}
    assert problem(await client.get(address, params={"offset": -1}), 400)
    assert problem(await client.get(address, params={"limit": 1024 * 1024 + 1}), 400)


async def test_what_is_not_kept_is_a_404(client: httpx.AsyncClient, attempt: Attempt) -> None:
    assert problem(await client.get(f"/api/v1/attempts/{attempt.id}/items/cmsg-1/output"), 404)
    assert problem(await client.get("/api/v1/attempts/att-0/items/cmsg-1/output"), 404)
    assert problem(await client.get(f"/api/v1/attempts/{attempt.id}/transcript"), 404)
    assert problem(await client.get("/api/v1/attempts/att-0/transcript"), 404)


async def test_a_transcript_is_downloaded_as_it_is(
    client: httpx.AsyncClient, attempt: Attempt, folder: Path
) -> None:
    lines = b'{"jsonrpc":"2.0"}\n' * 100_000
    (folder / f"{attempt.id}.jsonl").write_bytes(lines)
    answer = await client.get(f"/api/v1/attempts/{attempt.id}/transcript")
    assert answer.status_code == 200
    assert answer.content == lines
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert answer.headers["Content-Length"] == str(len(lines))
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{attempt.id}.jsonl"'


async def test_a_transcript_is_a_file_of_the_folder_and_nothing_else(
    client: httpx.AsyncClient, attempt: Attempt, folder: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.jsonl").write_text("secret")
    (folder / f"{attempt.id}.jsonl").symlink_to(tmp_path / "secret.jsonl")
    assert problem(await client.get(f"/api/v1/attempts/{attempt.id}/transcript"), 404)
    transcripts = FileTranscripts(folder)
    for name in ("../secret", "att-/../../secret", "att-1/../../secret", ""):
        assert transcripts.opened(AttemptId(name)) is None
    (folder / "att-2.jsonl").mkdir()
    assert transcripts.opened(AttemptId("att-2")) is None
