"""Settings: where they come from, what they may be, and what is said about those that cannot be."""

import re
from pathlib import Path
from typing import Any

import pytest

from kanbanai.config import (
    DEFAULT_SERVER,
    SETTINGS,
    BadSetting,
    Secret,
    Settings,
    data_dir,
    installed_version,
    read,
    server_url,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def settings(
    folder: Path, environment: dict[str, str] | None = None, file: str = "", **flags: Any
) -> Settings:
    if file:
        (folder / "config.toml").write_text(file, encoding="utf-8")
    return read({"KANBANAI_DATA_DIR": str(folder)} | (environment or {}), flags)


def refused(folder: Path, environment: dict[str, str] | None = None, file: str = "", **flags: Any) -> str:
    with pytest.raises(BadSetting) as caught:
        settings(folder, environment, file, **flags)
    return str(caught.value)


def test_without_any_setting_it_listens_on_loopback_and_keeps_its_database_in_the_data_folder(
    folder: Path,
) -> None:
    assert settings(folder) == Settings(
        host="127.0.0.1",
        port=3000,
        data_dir=folder,
        database=folder / "kanban.db",
        worktrees_dir=folder / "worktrees",
        max_attempts=8,
        version=installed_version(),
    )


def test_flags_win_over_the_environment_and_that_over_the_file(folder: Path) -> None:
    file, environment = "port = 4001\nlog_level = 'error'\nallowed_hosts = ['a.example']", {"PORT": "4002"}
    assert settings(folder, {}, file).port == 4001
    assert settings(folder, environment, file).port == 4002
    found = settings(folder, environment, file, port=4003, host=None, allowed_hosts=())
    assert (found.port, found.log_level, found.allowed_hosts) == (4003, "error", ("a.example",))


def test_a_blank_value_of_the_environment_is_none(folder: Path) -> None:
    assert settings(folder, {"PORT": " ", "HOST": "", "GITHUB_CLIENT_ID": ""}).github_client_id is None


def test_every_setting_of_the_environment_arrives(folder: Path) -> None:
    environment = {
        "KANBANAI_WORKTREES_DIR": str(folder / "trees"),
        "KANBANAI_MAX_ATTEMPTS": "3",
        "KANBANAI_WORKTREES_MAX_AGE_DAYS": "30",
        "KANBANAI_WORKTREES_QUOTA_MB": "2000",
        "HOST": "::1",
        "PORT": "0",
        "DATABASE_URL": str(folder / "other.db"),
        "KANBANAI_ALLOWED_HOSTS": "Board.example, ,10.0.0.5,board.example",
        "KANBANAI_ALLOWED_ORIGINS": "https://Board.example:8443/,http://localhost:5173",
        "KANBANAI_STATIC_DIR": str(folder),
        "LOG_LEVEL": "WARN",
        "KANBANAI_DEBUG": "yes",
        "KANBANAI_VERSION": "v9.8.7",
        "KANBANAI_UPDATE_REPO": "some-body/kanban.ai",
        "KANBANAI_UPDATE_TOKEN": "hush",
        "KANBANAI_UPDATE_TTL_MS": "60000",
        "GITHUB_CLIENT_ID": "Iv1.x",
        "GITHUB_CLIENT_SECRET": "hush hush",
        "GITHUB_TOKEN": "hush again",
        "KANBANAI_GITHUB_URL": "https://git.example.com/",
        "KANBANAI_GITHUB_POLL_SECONDS": "300",
        "KANBANAI_AGENTS_PATH": "/opt/agents:/srv/agents",
    }
    assert settings(folder, environment) == Settings(
        host="::1",
        port=0,
        data_dir=folder,
        database=folder / "other.db",
        allowed_hosts=("board.example", "10.0.0.5"),
        allowed_origins=("https://board.example:8443", "http://localhost:5173"),
        static_dir=folder,
        worktrees_dir=folder / "trees",
        max_attempts=3,
        worktrees_max_age_days=30,
        worktrees_quota_mb=2000,
        log_level="warning",
        debug=True,
        version="9.8.7",
        update_repo="some-body/kanban.ai",
        update_token=Secret("hush"),
        update_ttl_ms=60_000,
        github_client_id="Iv1.x",
        github_client_secret=Secret("hush hush"),
        github_token=Secret("hush again"),
        github_url="https://git.example.com",
        github_poll_seconds=300,
        agents_path=("/opt/agents", "/srv/agents"),
    )
    assert set(environment) | {"KANBANAI_DATA_DIR", "DEBUG", "GH_TOKEN"} == {
        name for setting in SETTINGS for name in setting.environment
    }


def test_every_setting_has_a_field_and_the_other_way_round() -> None:
    assert [setting.field for setting in SETTINGS] == list(Settings.__struct_fields__)


def test_secrets_are_shown_nowhere(folder: Path) -> None:
    found = settings(folder, {"GITHUB_CLIENT_SECRET": "hush"})
    assert "hush" not in repr(found)
    assert "7142" not in refused(folder, {}, "github_client_secret = 7142")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("/srv/board.db", "/srv/board.db"),
        ("board.db", "{cwd}/board.db"),
        ("~/board.db", "{home}/board.db"),
        ("file:/srv/a%20b.db", "/srv/a b.db"),
        ("file:///srv/board.db", "/srv/board.db"),
        ("file://localhost/srv/board.db", "/srv/board.db"),
        ("sqlite:///srv/board.db", "/srv/board.db"),
        ("sqlite:board.db", "{cwd}/board.db"),
    ],
)
def test_a_database_is_a_path_or_the_url_of_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch, text: str, path: str
) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    expected = path.format(cwd=Path.cwd(), home="/home/somebody")
    assert str(settings(folder, {"DATABASE_URL": text}).database) == expected


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"PORT": "http"}, "PORT (environment) must be a whole number from 0 to 65535, not 'http'"),
        ({"PORT": "65536"}, "PORT (environment) must be a whole number from 0 to 65535, not '65536'"),
        ({"PORT": "٣"}, "PORT (environment) must be a whole number from 0 to 65535, not '٣'"),
        ({"HOST": "http://x"}, "HOST (environment) must be an address or a host name without scheme or port"),
        (
            {"HOST": "127.0.0.1:80"},
            "HOST (environment) must be an address or a host name without scheme or port",
        ),
        (
            {"LOG_LEVEL": "loud"},
            "LOG_LEVEL (environment) must be one of debug, info, warning, error, not 'loud'",
        ),
        ({"KANBANAI_DEBUG": "perhaps"}, "KANBANAI_DEBUG (environment) must be true or false, not 'perhaps'"),
        (
            {"KANBANAI_STATIC_DIR": "/nowhere/ui"},
            "KANBANAI_STATIC_DIR (environment) must be a folder that exists",
        ),
        (
            {"DATABASE_URL": ":memory:"},
            "DATABASE_URL (environment) must be a file: a database in memory would be lost",
        ),
        (
            {"DATABASE_URL": "postgres://db/x"},
            "must be a path or a file: or sqlite: URL; postgres: is not supported",
        ),
        ({"DATABASE_URL": "file://nas/x.db"}, "must name a file on this machine, not on 'nas'"),
        ({"DATABASE_URL": "file:x.db?mode=ro"}, "options after ? or # are not supported"),
        (
            {"KANBANAI_ALLOWED_HOSTS": "https://a.example"},
            "KANBANAI_ALLOWED_HOSTS (environment) must be an address or",
        ),
        (
            {"KANBANAI_ALLOWED_ORIGINS": "a.example"},
            "must be like https://board.example.com, not 'a.example'",
        ),
        ({"KANBANAI_ALLOWED_ORIGINS": "https://a.example/x"}, "must be like https://board.example.com"),
        ({"KANBANAI_ALLOWED_ORIGINS": "https://*.example"}, "must be like https://board.example.com"),
        ({"KANBANAI_ALLOWED_ORIGINS": "null"}, "must be like https://board.example.com"),
        ({"KANBANAI_UPDATE_REPO": "https://x/y/z"}, "must be owner/name of a GitHub repository"),
        ({"KANBANAI_UPDATE_TTL_MS": "10"}, "must be a whole number from 1000 to 604800000"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_place(
    folder: Path, environment: dict[str, str], sentence: str
) -> None:
    assert sentence in refused(folder, environment)


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("port = 70000", "port ({file}) must be a whole number from 0 to 65535, not 70000"),
        ("port = true", "port ({file}) must be a whole number"),
        ("prot = 1", "{file} has an unknown setting 'prot'; did you mean port?"),
        ("zzzz = 1", "{file} has an unknown setting 'zzzz'; there are host, port, database"),
        ("insecure_no_auth = true", "{file} has an unknown setting 'insecure_no_auth'"),
        ("data_dir = '/x'", "{file} has an unknown setting 'data_dir'"),
        ("port = ", "{file} is not TOML: "),
        ("allowed_hosts = 3", "allowed_hosts ({file}) must be a list of texts, not 3"),
        ("allowed_hosts = [3]", "allowed_hosts ({file}) must be a text, not 3"),
        ("host = 3", "host ({file}) must be a text, not 3"),
    ],
)
def test_the_file_is_held_to_the_same(folder: Path, file: str, sentence: str) -> None:
    assert sentence.format(file=folder / "config.toml") in refused(folder, {}, file)


def test_a_file_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / "config.toml").write_bytes(b"\xff\xfe")
    assert "is not TOML" in refused(folder)
    (folder / "config.toml").unlink()
    (folder / "config.toml").mkdir()
    assert "cannot be read" in refused(folder)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "board.example"])
def test_an_open_door_is_refused_with_the_danger_unless_it_is_meant(folder: Path, host: str) -> None:
    sentence = refused(folder, {"HOST": host})
    assert sentence.startswith(
        f"HOST (environment) is {host}, and there is no login yet: everyone who can reach"
    )
    assert "--insecure-no-auth" in sentence
    assert settings(folder, {"HOST": host}, insecure_no_auth=True).host == host


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost", "LOCALHOST"])
def test_loopback_needs_no_confirmation(folder: Path, host: str) -> None:
    assert settings(folder, host=host).host == host.strip("[]")


def test_debug_means_more_log_unless_a_level_is_set(folder: Path) -> None:
    assert settings(folder, {"KANBANAI_DEBUG": "1"}).log_level == "debug"
    assert settings(folder, {"KANBANAI_DEBUG": "1", "LOG_LEVEL": "error"}).log_level == "error"


def test_debug_is_read_as_other_programs_mean_it(folder: Path) -> None:
    assert [settings(folder, {"DEBUG": text}).debug for text in ("express:*", "1", "0", "False")] == [
        True,
        True,
        False,
        False,
    ]
    assert settings(folder, {"DEBUG": "*", "KANBANAI_DEBUG": "0"}).debug is False


def test_the_data_folder_is_looked_for_in_this_order(monkeypatch: pytest.MonkeyPatch) -> None:
    home, xdg, own = {"HOME": "/home/me"}, {"XDG_DATA_HOME": "/xdg"}, {"KANBANAI_DATA_DIR": "/own"}
    assert data_dir(home | xdg | own, "/flag") == Path("/flag")
    assert data_dir(home | xdg | own) == Path("/own")
    assert data_dir(home | xdg) == Path("/xdg/kanbanai")
    assert data_dir(home | {"XDG_DATA_HOME": "relative"}) == Path("/home/me/.local/share/kanbanai")
    monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError))
    with pytest.raises(BadSetting, match="no home folder"):
        data_dir({})


def test_the_server_of_the_commands() -> None:
    assert server_url({}) == DEFAULT_SERVER
    assert server_url({"KANBANAI_URL": "http://127.0.0.1:4000/"}) == "http://127.0.0.1:4000"
    assert server_url({"KANBANAI_URL": "x"}, "https://board.example/kanban") == "https://board.example/kanban"
    for bad in ("board.example", "ftp://board.example", "http://", "http://x:99999", "http://x/?a"):
        with pytest.raises(BadSetting, match=r"--server must be like http://127\.0\.0\.1:3000"):
            server_url({}, bad)
    with pytest.raises(BadSetting, match=r"KANBANAI_URL \(environment\) must be like"):
        server_url({"KANBANAI_URL": "board"})


def test_a_path_without_a_home_is_refused(folder: Path) -> None:
    assert "names a home folder that cannot be found" in refused(
        folder, {"DATABASE_URL": "~nobody-there/x.db"}
    )


def test_the_documents_list_exactly_the_settings_there_are() -> None:
    page = (Path(__file__).parents[1] / "docs" / "configuration.md").read_text(encoding="utf-8")
    rows = [
        tuple(tuple(re.findall(r"`([^`]+)`", cell)) for cell in line.strip("|").split("|")[:3])
        for line in page.splitlines()
        if line.startswith("| ") and not line.startswith(("| key", "| ---"))
    ]
    assert rows == [
        (
            (setting.field,) if setting.in_file else (),
            setting.environment,
            (setting.flag,) if setting.flag else (),
        )
        for setting in SETTINGS
    ]
