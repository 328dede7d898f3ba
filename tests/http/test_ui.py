"""The built web client, served beside the API."""

import base64
import hashlib
import os
from collections.abc import AsyncGenerator
from pathlib import Path

import httpx
import msgspec
import pytest
from litestar import Litestar

from kanbanai.http.edge import Edge
from kanbanai.http.problems import HANDLERS
from kanbanai.http.provide import Services
from kanbanai.http.ui import PACKAGED, Site, content_security_policy, routes, site_of
from tests.http.conftest import edge, unobserved
from tests.http.problems import problem
from tests.http.wiring import speaking_to

pytestmark = pytest.mark.anyio

PAGE = b"<!doctype html><script>let a = 1</script><script type=module src=/assets/app-1a2b.js></script>"
SCRIPT = b"console.log('hello')\n" * 200


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What a build leaves, beside a file that is nobody's business."""
    site = tmp_path / "site"
    (site / "assets").mkdir(parents=True)
    (site / "index.html").write_bytes(PAGE)
    (site / "favicon.svg").write_bytes(b"<svg/>")
    (site / "assets" / "app-1a2b.js").write_bytes(SCRIPT)
    (site / "assets" / "text-3c4d.woff2").write_bytes(b"font")
    (tmp_path / "secret").write_bytes(b"secret")
    (site / "link").symlink_to(tmp_path / "secret")
    return site


@pytest.fixture
async def browser(folder: Path) -> AsyncGenerator[httpx.AsyncClient]:
    """Sees the site alone, which is there at once; with all routes about it, the application takes 0.2 s to make."""
    app = Litestar(
        routes(Site(folder)), exception_handlers=HANDLERS, openapi_config=None, logging_config=None
    )
    async with speaking_to(Edge(app, observe=unobserved)) as client:
        client.headers["Accept-Encoding"] = "identity"
        yield client


async def test_without_a_client_the_root_says_that_the_server_runs(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")
    assert (answer.status_code, answer.text) == (200, "KanbanAI server is running")
    assert answer.headers["Content-Type"].startswith("text/plain")
    assert problem(await client.get("/settings"), 404)


async def test_the_page_is_the_answer_to_every_address_outside_of_the_api(browser: httpx.AsyncClient) -> None:
    for path in ("/", "/index.html", "/projects/abc", "/projects/abc/board?x=1", "/onboarding", "/a.b/c.d"):
        answer = await browser.get(path)
        assert (answer.status_code, answer.content) == (200, PAGE), path
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-cache"
        head = await browser.head(path)
        assert (head.status_code, head.content) == (200, b"")


async def test_beside_the_page_the_api_and_the_probes_stay_what_they_are(
    services: Services, folder: Path
) -> None:
    async with speaking_to(edge(msgspec.structs.replace(services, site=Site(folder)))) as client:
        for path in ("/api", "/api/", "/api/v1/nothing", "/api/nothing/deep"):
            assert problem(await client.get(path), 404)
        for path in ("/healthz", "/readyz", "/hello", "/api/v1/projects"):
            assert (await client.get(path)).headers["Content-Type"] == "application/json", path
        assert problem(await client.post("/projects/abc"), 404)
        assert (await client.get("/projects/abc")).content == PAGE


async def test_a_file_is_sent_with_its_type_and_one_with_a_hash_may_be_kept_for_ever(
    browser: httpx.AsyncClient,
) -> None:
    script = await browser.get("/assets/app-1a2b.js")
    assert (script.content, script.headers["Content-Type"]) == (SCRIPT, "text/javascript; charset=utf-8")
    assert script.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    font = await browser.get("/assets/text-3c4d.woff2")
    assert (font.content, font.headers["Content-Type"]) == (b"font", "font/woff2")
    icon = await browser.get("/favicon.svg")
    assert (icon.content, icon.headers["Content-Type"]) == (b"<svg/>", "image/svg+xml")
    assert icon.headers["Cache-Control"] == "no-cache"


async def test_a_hashed_file_of_an_older_build_is_not_there_rather_than_the_page(
    browser: httpx.AsyncClient,
) -> None:
    assert problem(await browser.get("/assets/app-0000.js"), 404)


async def test_what_has_not_changed_is_not_sent_again(browser: httpx.AsyncClient) -> None:
    first = await browser.get("/")
    again = await browser.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]


async def test_a_new_build_is_served_at_once(browser: httpx.AsyncClient, folder: Path) -> None:
    first = await browser.get("/")
    replace(folder / "index.html", b"<!doctype html>new")
    second = await browser.get("/", headers={"If-None-Match": first.headers["ETag"]})
    assert (second.status_code, second.content) == (200, b"<!doctype html>new")


def replace(path: Path, body: bytes) -> None:
    path.write_bytes(body)
    os.utime(path, ns=(1, 1))


async def test_text_is_compressed_for_those_who_take_it(browser: httpx.AsyncClient) -> None:
    plain = await browser.get("/assets/app-1a2b.js")
    packed = await browser.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) < len(SCRIPT) / 10
    assert packed.content == SCRIPT
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in packed.headers.get_list("Vary", split_commas=True)
    refused = await browser.get("/assets/app-1a2b.js", headers={"Accept-Encoding": "gzip;q=0"})
    assert "Content-Encoding" not in refused.headers


@pytest.mark.parametrize(
    "path",
    [
        "/../secret",
        "/assets/../../secret",
        "/%2e%2e/secret",
        "/assets/%2e%2e/%2e%2e/secret",
        "/..%2fsecret",
        "/link",
        "/assets/%00",
        "/" + "x" * 5_000,
        "//secret",
    ],
)
async def test_nothing_outside_of_the_folder_is_ever_sent(browser: httpx.AsyncClient, path: str) -> None:
    answer = await browser.get(httpx.URL(f"http://127.0.0.1:3000{path}"))
    assert b"secret" not in answer.content
    assert answer.content == PAGE or problem(answer, 404)


async def test_raw_paths_do_not_lead_out_either(folder: Path, tmp_path: Path) -> None:
    site = Site(folder)
    for name in ("../secret", "assets/../../secret", str(tmp_path / "secret"), "link", "a\0b", "assets"):
        assert site._asset(name) is None, name


async def test_the_page_may_run_what_comes_from_here_and_its_own_scripts_only(
    browser: httpx.AsyncClient,
) -> None:
    policy = (await browser.get("/projects/abc")).headers["Content-Security-Policy"]
    digest = base64.b64encode(hashlib.sha256(b"let a = 1").digest()).decode()
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["script-src"] == f"'self' 'sha256-{digest}'"
    assert (rules["default-src"], rules["connect-src"], rules["object-src"]) == ("'self'", "'self'", "'none'")
    assert "https:" not in policy
    assert "'unsafe-eval'" not in policy
    assert "Content-Security-Policy" not in (await browser.get("/assets/app-1a2b.js")).headers


def test_a_page_without_scripts_of_its_own_has_none_to_allow() -> None:
    policy = content_security_policy(b'<script src="/a.js"></script><script src=b.js ></script>')
    assert "sha256" not in policy


async def test_a_folder_whose_page_is_not_built_yet_says_so_and_serves_it_once_it_is(
    browser: httpx.AsyncClient, folder: Path
) -> None:
    put_away(folder / "index.html")
    assert "is not built" in problem(await browser.get("/"), 404)["detail"]
    replace(folder / "index.html", PAGE)
    assert (await browser.get("/")).content == PAGE


def put_away(path: Path) -> None:
    path.unlink()


def test_without_a_folder_the_packaged_client_is_served_if_there_is_one(folder: Path) -> None:
    assert site_of(folder) is not None
    assert (site_of(None) is not None) is (PACKAGED / "index.html").is_file()
