"""The description of the API and of the streams: fresh, whole, and true."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from kanbanai.domain import wire
from kanbanai.domain.cursors import Cursor
from kanbanai.domain.ids import AttemptId, CardId, ItemId
from kanbanai.domain.snapshots import Operation
from kanbanai.http import describe, event_examples, examples
from kanbanai.realtime import frames
from kanbanai.realtime.drafts import Drafts
from kanbanai.realtime.reasons import REASONS
from tests.house.sources import ROOT
from tests.http import record

COMMAND = "`make openapi` writes it anew"
METHODS = ("get", "put", "post", "delete", "patch")


@cache
def documents() -> dict[str, str]:
    """Made once: it takes a second."""
    return describe.documents()


@cache
def openapi() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(documents()["openapi.json"])
    return document


@cache
def asyncapi() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(documents()["asyncapi.json"])
    return document


def operations() -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in openapi()["paths"].items()
        for method, operation in item.items()
    ]


def validator(document: dict[str, Any], schema: dict[str, Any]) -> jsonschema.Draft202012Validator:
    """A validator of one schema in a document, which may refer to others in it."""
    resource = DRAFT202012.create_resource(document)
    registry: Registry[Any] = Registry().with_resource("urn:document", resource)

    def absolute(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: f"urn:document{one}" if key == "$ref" else absolute(one) for key, one in value.items()
            }
        return [absolute(one) for one in value] if isinstance(value, list) else value

    return jsonschema.Draft202012Validator(absolute(schema), registry=registry)


def json_content(holder: dict[str, Any]) -> dict[str, Any] | None:
    """What a body or an answer is as JSON, if it is."""
    content: dict[str, Any] | None = holder.get("content", {}).get("application/json")
    return content


# ── Fresh ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json"])
def test_the_generated_document_is_fresh(name: str) -> None:
    file = ROOT / describe.FOLDER / name
    assert file.is_file(), COMMAND
    assert file.read_text(encoding="utf-8") == documents()[name], COMMAND


async def test_the_examples_are_what_the_program_answers() -> None:
    assert examples.RECORDED.read_text(encoding="utf-8") == record.text(await record.recorded()), COMMAND


def test_the_documents_are_written_where_they_are_asked_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    describe.main([str(tmp_path / "there")])
    assert sorted(file.name for file in (tmp_path / "there").iterdir()) == ["asyncapi.json", "openapi.json"]
    assert "openapi.json" in capsys.readouterr().out


# ── OpenAPI ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_every_operation_is_told_in_words_and_has_a_name_of_its_own() -> None:
    names = [operation["operationId"] for _, operation in operations()]
    assert len(set(names)) == len(names)
    known = {tag["name"] for tag in openapi()["tags"]}
    for name, operation in operations():
        assert operation["summary"], name
        assert operation["description"].strip().endswith((".", ":")), name
        assert set(operation["tags"]) <= known, name
        assert all(one.get("description") for one in operation["parameters"]), name


def test_every_error_of_every_operation_is_a_problem_document() -> None:
    shared = openapi()["components"]["responses"]
    for name, operation in operations():
        assert {"403", "500"} <= operation["responses"].keys(), name
        for status, answer in operation["responses"].items():
            answer = shared[answer["$ref"].rpartition("/")[2]] if "$ref" in answer else answer  # noqa: PLW2901
            assert answer["description"].endswith("."), (name, status)
            if status >= "400" and (name, status) != ("GET /readyz", "503"):
                assert list(answer["content"]) == ["application/problem+json"], (name, status)


def test_every_body_and_every_answer_has_an_example_that_is_valid() -> None:
    for name, operation in operations():
        bodies = [operation["requestBody"]] if "requestBody" in operation else []
        answers = [answer for status, answer in operation["responses"].items() if status < "300"]
        for content in filter(None, map(json_content, (*bodies, *answers))):
            assert content.get("examples"), f"{name} has no example; tests/http/record.py plays them"
            for example in content["examples"].values():
                validator(openapi(), content["schema"]).validate(example["value"])


def test_problem_examples_are_valid() -> None:
    for answer in openapi()["components"]["responses"].values():
        for content in answer.get("content", {}).values():
            for example in content["examples"].values():
                validator(openapi(), content["schema"]).validate(example["value"])


def test_every_recorded_example_belongs_to_an_operation() -> None:
    recorded = json.loads(examples.RECORDED.read_text(encoding="utf-8"))
    assert recorded.keys() <= {operation["operationId"] for _, operation in operations()}


def test_the_older_address_and_head_are_explained() -> None:
    assert [server["url"] for server in openapi()["servers"]] == ["/api/v1", "/api"]
    assert "HEAD" in openapi()["info"]["description"]


async def test_the_description_is_served(client: httpx.AsyncClient) -> None:
    for prefix in ("/api/v1", "/api"):
        answer = await client.get(f"{prefix}/openapi.json")
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()["paths"] == openapi()["paths"]
        assert (await client.get(f"{prefix}/asyncapi.json")).json()["channels"] == asyncapi()["channels"]


# ── The interactive page ────────────────────────────────────────────────────────────────────────────────────────────


async def test_the_page_takes_all_it_needs_from_here(client: httpx.AsyncClient) -> None:
    page = await client.get("/api/v1/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "//" not in page.text.replace("</", ""), "nothing is fetched from elsewhere"
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self';" in policy
    for name, media_type in [
        ("swagger-ui-bundle.js", "text/javascript"),
        ("swagger-ui.css", "text/css"),
        ("favicon-32x32.png", "image/png"),
        ("start.js", "text/javascript"),
    ]:
        assert f'"docs/{name}"' in page.text
        file = await client.get(f"/api/v1/docs/{name}")
        assert file.status_code == 200
        assert file.headers["content-type"].startswith(media_type)
        assert file.content


@pytest.mark.parametrize("name", ["index.html", "..%2Fcore.py", "swagger-editor.css", "LICENSE"])
async def test_no_other_file_of_the_package_is_given_out(client: httpx.AsyncClient, name: str) -> None:
    answer = await client.get(f"/api/v1/docs/{name}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


# ── AsyncAPI ────────────────────────────────────────────────────────────────────────────────────────────────────────


def resolved(reference: dict[str, str]) -> dict[str, Any]:
    found: Any = asyncapi()
    for part in reference["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    return dict(found)


def test_the_document_is_built_as_asyncapi_3_asks() -> None:
    document = asyncapi()
    assert document["asyncapi"] == "3.0.0"
    assert {"title", "version"} <= document["info"].keys()
    for server in document["servers"].values():
        assert {"host", "protocol"} <= server.keys()
        assert "://" not in server["host"]
    assert document["channels"].keys() == {"board", "dashboard"}
    for channel in document["channels"].values():
        placeholders = {part.partition("}")[0] for part in channel["address"].split("{")[1:]}
        assert placeholders == channel.get("parameters", {}).keys()
        for name, reference in channel["messages"].items():
            assert resolved(reference)["name"] == name
    for operation in document["operations"].values():
        assert operation["action"] in {"send", "receive"}
        assert resolved(operation["channel"]) in document["channels"].values()


def test_every_message_is_told_in_words_with_a_valid_example() -> None:
    for name, message in asyncapi()["components"]["messages"].items():
        assert message["description"].rstrip().endswith("."), name
        assert message["examples"], name
        for example in message["examples"]:
            validator(asyncapi(), message["payload"]).validate(example["payload"])


def test_every_event_is_a_message() -> None:
    assert wire.CLASSES.keys() <= asyncapi()["components"]["messages"].keys()
    assert event_examples.EVENTS.keys() == wire.CLASSES.keys()


def test_what_changes_the_state_is_told_as_state_and_not_by_its_own_name() -> None:
    told = asyncapi()["channels"]["board"]["messages"]
    assert {"hello", "state", "state_patch", "attempt_status", "conversation_delta", "bye"} <= told.keys()
    assert not any("." in name for name in told)
    assert {"hello", "dashboard_overview", "agent_profile"} <= asyncapi()["channels"]["dashboard"][
        "messages"
    ].keys()


def said(frame: bytes) -> tuple[str, Any]:
    """The event's name and payload of a frame."""
    lines = dict(line.split(": ", 1) for line in frame.decode().strip().splitlines())
    return lines["event"], json.loads(lines["data"])


def test_the_streams_own_frames_are_as_described() -> None:
    now = event_examples.NOW
    drafts = Drafts()
    written = [
        frames.hello(now, "resumed", Cursor("9f3c", 7)),
        frames.heartbeat(now),
        frames.patch([Operation("add", "/cards/a", {}), Operation("move", "/b", from_="/a")]),
        *map(frames.bye, REASONS),
        drafts.add((AttemptId("att-1"), ItemId("cmsg-1")), "Text").tail,
        drafts.add(CardId("card-1"), "# Title").tail,
    ]
    for frame in written:
        name, payload = said(frame)
        message = asyncapi()["components"]["messages"][name]
        validator(asyncapi(), message["payload"]).validate(payload)
        assert payload.keys() == message["examples"][0]["payload"].keys(), name
