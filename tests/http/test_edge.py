"""What every request meets before its route, and every answer after."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import httpx
import pytest
from litestar.types import Message, Receive, Scope, Send

from kanbanai.domain.projects import Project
from kanbanai.http.api import MAX_BODY, api
from kanbanai.http.edge import SECURITY_HEADERS, Edge
from kanbanai.http.provide import Services
from tests.http.conftest import unobserved
from tests.http.problems import problem
from tests.http.wiring import speaking_to
from tests.world import World

pytestmark = pytest.mark.anyio

JSON = {"Content-Type": "application/json"}


@pytest.fixture
async def project(world: World) -> Project:
    return await world.project()


@pytest.fixture
async def open_client(services: Services) -> AsyncGenerator[httpx.AsyncClient]:
    """A server that was told of a host and an origin besides loopback."""
    app = Edge(
        api(services),
        hosts=["Board.example"],
        origins=["https://ui.example/"],
        observe=unobserved,
    )
    async with speaking_to(app) as client:
        yield client


# ── Addresses ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("prefix", ["/api/v1", "/api"])
@pytest.mark.parametrize("name", ["/boards/{}", "/projects/{}/board", "/boards/{}/", "/projects/{}/board/"])
async def test_a_board_has_four_addresses(
    client: httpx.AsyncClient, project: Project, prefix: str, name: str
) -> None:
    answer = await client.get(prefix + name.format(project.id))
    assert answer.status_code == 200
    assert list(answer.json()) == ["state"]


@pytest.mark.parametrize("prefix", ["/api/v1", "/api"])
async def test_what_lies_below_a_board_has_them_too(
    client: httpx.AsyncClient, world: World, project: Project, prefix: str
) -> None:
    column, *_ = await world.columns(project.id)
    made = await client.post(
        f"{prefix}/projects/{project.id}/board/cards", json={"columnId": column, "title": "A card"}
    )
    assert made.status_code == 201
    images = await client.get(f"{prefix}/projects/{project.id}/board/cards/{made.json()['cardId']}/images")
    assert images.json() == {"images": []}


@pytest.mark.parametrize(
    "path", ["/api", "/api/v1", "/api/v1/", "/api/v2/boards", "/api/v1/nothing", "/apiary", "/nothing"]
)
async def test_an_unknown_address_is_a_404_problem(client: httpx.AsyncClient, path: str) -> None:
    assert problem(await client.get("http://127.0.0.1:3000" + path))["detail"] == "Not Found"


async def test_an_unknown_method_is_a_404_problem_and_never_405(
    client: httpx.AsyncClient, project: Project
) -> None:
    for method in ("PUT", "POST", "DELETE", "PATCH", "TRACE", "BREW"):
        answer = await client.request(method, f"/api/v1/boards/{project.id}")
        assert problem(answer)["status"] == 404, method
        assert "Allow" not in answer.headers


async def test_head_is_get_without_the_body(client: httpx.AsyncClient, project: Project) -> None:
    path = f"/api/v1/boards/{project.id}"
    get, head = await client.get(path), await client.head(path)
    assert head.status_code == 200
    assert head.content == b""
    own = {"x-request-id"}
    assert {k: v for k, v in head.headers.items() if k not in own} == {
        k: v for k, v in get.headers.items() if k not in own
    }
    assert (await client.head("/api/v1/boards/nowhere")).status_code == 404
    assert (await client.head("/api/v1/boards/nowhere")).content == b""


# ── Who may ask ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:3000", "localhost:8080", "[::1]:3000", "LOCALHOST", "board.localhost"]
)
async def test_the_loopback_hosts_are_answered(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/api/v1/nothing", headers={"Host": host})).status_code == 404


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:3000",
        "127.0.0.1.evil.example",
        "0.0.0.0",
        "localhost.evil.example",
        "",
        "[",
    ],
)
async def test_another_host_is_refused_so_that_dns_rebinding_finds_nothing(
    client: httpx.AsyncClient, project: Project, host: str
) -> None:
    answer = await client.get(f"/api/v1/boards/{project.id}", headers={"Host": host})
    assert problem(answer)["status"] == 403


async def test_a_host_that_was_allowed_is_answered(open_client: httpx.AsyncClient) -> None:
    for host in ("board.example", "BOARD.example:8443"):
        assert (await open_client.get("/api/v1/nothing", headers={"Host": host})).status_code == 404


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://127.0.0.1.evil.example",
        "file://",
        "garbage",
        "http://[",
        "http://[evil.example]",
    ],
)
async def test_a_page_of_another_site_is_refused_whatever_it_asks(
    client: httpx.AsyncClient, project: Project, origin: str
) -> None:
    path = f"/api/v1/boards/{project.id}"
    for method in ("GET", "POST", "DELETE", "OPTIONS"):
        answer = await client.request(method, path, headers={"Origin": origin})
        assert problem(answer)["status"] == 403, method
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["X-Request-Id"]


@pytest.mark.parametrize("origin", ["http://127.0.0.1:3000", "http://localhost:5173", "http://[::1]:4000"])
async def test_pages_of_this_machine_may_ask(
    client: httpx.AsyncClient, project: Project, origin: str
) -> None:
    answer = await client.get(f"/api/v1/boards/{project.id}", headers={"Origin": origin})
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == origin


async def test_a_listed_origin_and_the_page_of_the_same_host_may_ask(open_client: httpx.AsyncClient) -> None:
    for host, origin in (
        ("127.0.0.1", "https://ui.example"),
        ("board.example", "https://board.example"),
        ("board.example:8443", "https://board.example:8443"),
    ):
        answer = await open_client.get("/api/v1/nothing", headers={"Host": host, "Origin": origin})
        assert answer.status_code == 404
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert "X-Request-Id" in answer.headers["Access-Control-Expose-Headers"]
    other_port = {"Host": "board.example", "Origin": "https://board.example:8443"}
    assert (await open_client.get("/api/v1/nothing", headers=other_port)).status_code == 403


async def test_a_preflight_is_answered_with_the_methods_and_the_headers_that_were_asked_for(
    client: httpx.AsyncClient, project: Project
) -> None:
    answer = await client.options(
        f"/api/v1/boards/{project.id}/cards",
        headers={
            "Origin": "http://localhost:5173",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "content-type,if-match",
        },
    )
    assert answer.status_code == 204
    assert answer.content == b""
    assert answer.headers["Access-Control-Allow-Origin"] == "http://localhost:5173"
    methods = set(answer.headers["Access-Control-Allow-Methods"].split(","))
    assert methods == {"GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"}
    assert answer.headers["Access-Control-Allow-Headers"] == "content-type,if-match"


async def test_a_program_that_sends_no_origin_gets_no_cors_headers(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/nothing")
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert answer.headers["Vary"] == "Origin"


@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [
        ([(b"host", b"127.0.0.1:3000")], True),
        ([(b"host", b"127.0.0.1:3000"), (b"origin", b"http://localhost:5173")], True),
        ([(b"host", b"127.0.0.1:3000"), (b"origin", b"https://evil.example")], False),
        ([(b"host", b"127.0.0.1:3000"), (b"origin", b"http://[")], False),
        ([(b"host", b"evil.example")], False),
        ([], False),
    ],
)
async def test_a_socket_is_let_in_as_a_request_is(
    headers: list[tuple[bytes, bytes]], is_let_in: bool
) -> None:
    seen: list[str] = []
    sent: list[Message] = []

    async def app(scope: Scope, _receive: Receive, _send: Send) -> None:
        seen.append(scope["path"])

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Any:
        raise AssertionError("nothing is to be read before the socket is let in")

    scope: Any = {"type": "websocket", "path": "/api/terminals/card-1/ws", "headers": headers}
    await Edge(app, observe=unobserved)(scope, receive, send)
    assert seen == (["/api/v1/terminals/card-1/ws"] if is_let_in else [])
    assert [message["type"] for message in sent] == ([] if is_let_in else ["websocket.close"])


# ── Answers ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def test_every_answer_has_a_request_id_of_its_own_and_the_security_headers(
    client: httpx.AsyncClient, project: Project
) -> None:
    answers = [
        await client.get(f"/api/v1/boards/{project.id}"),
        await client.get("/api/v1/nothing"),
        await client.get("/api/v1/nothing", headers={"Host": "evil.example"}),
    ]
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == 3
    for answer in answers:
        for name, value in SECURITY_HEADERS:
            assert answer.headers[name.decode()] == value.decode()


async def test_every_answer_is_observed_once_with_what_was_asked_and_answered(
    services: Services, project: Project
) -> None:
    seen: list[tuple[str, int]] = []

    def observe(method: str, status: int, seconds: float) -> None:
        assert 0 <= seconds < 60
        seen.append((method, status))

    async with speaking_to(Edge(api(services), observe=observe)) as client:
        await client.get(f"/api/v1/boards/{project.id}")
        await client.head(f"/api/v1/boards/{project.id}")
        await client.post("/api/v1/nothing")
        await client.get("/", headers={"Host": "evil.example"})
    assert seen == [("GET", 200), ("HEAD", 200), ("POST", 404), ("GET", 403)]


async def test_a_defect_of_ours_is_a_500_problem_that_tells_nothing(
    services: Services, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object) -> None:
        raise ZeroDivisionError("secret of the house")

    monkeypatch.setattr("kanbanai.usecases.queries.board_state", broken)
    async with speaking_to(Edge(api(services), observe=unobserved)) as client:
        answer = await client.get(f"/api/v1/boards/{project.id}")
    body = problem(answer)
    assert (body["title"], body["detail"]) == ("Internal Server Error", "Unexpected error")
    assert "secret" not in answer.text


# ── Bodies ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "body", [b"{", b'{"title": ', b"\xff\xfe", b"nonsense", b'{"title":"x"} y', b'{"a":NaN}']
)
async def test_broken_json_is_said_to_be_broken(
    client: httpx.AsyncClient, project: Project, body: bytes
) -> None:
    answer = await client.post(f"/api/v1/boards/{project.id}/columns", content=body, headers=JSON)
    assert problem(answer)["detail"] == "Malformed JSON in request body"
    assert answer.status_code == 400


async def test_json_without_end_of_nesting_is_refused(client: httpx.AsyncClient, project: Project) -> None:
    deep = b'{"title":"x","other":' + b"[" * 500_000
    answer = await client.post(f"/api/v1/boards/{project.id}/columns", content=deep, headers=JSON)
    assert answer.status_code == 400
    assert "nested too deeply" in problem(answer)["detail"]


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({}, "title", "is required"),
        ({"title": 5}, "title", "Expected `str`, got `int`"),
        ({"title": "x", "wipLimit": "5"}, "wipLimit", "Expected `int | null`, got `str`"),
        ({"title": "x", "wipLimit": 0}, "wipLimit", "Expected `int` >= 1"),
        ({"title": "", "wipLimit": 1}, "title", "Expected `str` of length >= 1"),
    ],
)
async def test_a_body_of_another_shape_is_a_400_that_names_the_field(
    client: httpx.AsyncClient, project: Project, body: dict[str, Any], field: str, message: str
) -> None:
    answer = await client.post(f"/api/v1/boards/{project.id}/columns", json=body)
    told = problem(answer)
    assert answer.status_code == 400
    assert told["code"] == "invalid"
    assert told["errors"] == [{"field": field, "message": message}]
    assert told["detail"] == f"{field}: {message}"


async def test_a_field_deep_in_a_body_is_named_by_its_path(
    client: httpx.AsyncClient, project: Project
) -> None:
    body = {"columnId": "col-2", "title": "x", "images": [{"mime": "image/png", "data": ""}, {"data": ""}]}
    answer = await client.post(f"/api/v1/boards/{project.id}/cards", json=body)
    assert problem(answer)["errors"] == [{"field": "images[1].mime", "message": "is required"}]


async def test_an_array_where_an_object_belongs_is_a_400(client: httpx.AsyncClient, project: Project) -> None:
    answer = await client.post(f"/api/v1/boards/{project.id}/columns", json=[])
    assert problem(answer)["detail"] == "Expected `object`, got `array`"


async def test_fields_that_nobody_knows_are_dropped(client: httpx.AsyncClient, project: Project) -> None:
    answer = await client.post(f"/api/v1/boards/{project.id}/columns", json={"title": "Testing", "colour": 1})
    assert answer.status_code == 201
    assert "colour" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/jsonp"},
    ],
)
async def test_a_body_that_is_not_sent_as_json_is_refused_and_changes_nothing(
    client: httpx.AsyncClient, world: World, project: Project, headers: dict[str, str]
) -> None:
    async with world.unchanged(project.id):
        answer = await client.post(
            f"/api/v1/boards/{project.id}/columns", content=b'{"title":"x"}', headers=headers
        )
        assert problem(answer)["errors"][0]["field"] == "Content-Type"
        assert answer.status_code == 400


@pytest.mark.parametrize(
    "media_type", ["application/json; charset=utf-8", "application/merge-patch+json", "APPLICATION/JSON"]
)
async def test_json_may_be_called_by_all_its_names(
    client: httpx.AsyncClient, project: Project, media_type: str
) -> None:
    answer = await client.post(
        f"/api/v1/boards/{project.id}/columns",
        content=b'{"title":"x"}',
        headers={"Content-Type": media_type},
    )
    assert answer.status_code == 201


async def test_no_body_is_an_empty_object(client: httpx.AsyncClient, project: Project) -> None:
    answer = await client.post(f"/api/v1/boards/{project.id}/columns")
    assert problem(answer)["errors"] == [{"field": "title", "message": "is required"}]


async def test_a_body_over_the_limit_is_a_413_that_says_the_limit(
    client: httpx.AsyncClient, world: World, project: Project
) -> None:
    async with world.unchanged(project.id):
        announced = await client.post(
            f"/api/v1/boards/{project.id}/columns", content=b" " * (MAX_BODY + 1), headers=JSON
        )
        unannounced = await client.post(
            f"/api/v1/boards/{project.id}/columns", content=_chunks(MAX_BODY + 1), headers=JSON
        )
    for answer in (announced, unannounced):
        assert answer.status_code == 413
        assert problem(answer)["code"] == "too_large"
        assert f"{MAX_BODY:,}" in problem(answer)["detail"]


async def _chunks(size: int) -> AsyncIterator[bytes]:
    chunk = 64 * 1024
    for start in range(0, size, chunk):
        yield b" " * min(chunk, size - start)


async def test_a_parameter_of_a_header_that_cannot_be_is_named(
    client: httpx.AsyncClient, project: Project
) -> None:
    answer = await client.post(
        f"/api/v1/boards/{project.id}/columns", json={"title": "x"}, headers={"Idempotency-Key": "k" * 300}
    )
    assert problem(answer)["errors"][0]["field"] == "Idempotency-Key"


async def test_a_parameter_that_is_missing_is_named(client: httpx.AsyncClient, project: Project) -> None:
    answer = await client.delete(f"/api/v1/projects/{project.id}/salvages")
    assert answer.status_code == 400
    assert problem(answer)["detail"] == "ref: is required"
    assert problem(answer)["errors"] == [{"field": "ref", "message": "is required"}]
