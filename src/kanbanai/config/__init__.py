"""The settings of a server: one frozen value, read once at start.

    flags  >  environment  >  config.toml in the data folder  >  default

`SETTINGS` below is the one table of them; `docs/configuration.md` tells it to people, and a test compares the two. A
value that cannot be is refused with one sentence that names the setting and where the value came from.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from kanbanai.config.values import (
    BadSetting,
    ConfiguredAgent,
    Secret,
    Unfit,
    as_agents,
    as_allowed_host,
    as_database,
    as_debug_of_anybody,
    as_existing_folder,
    as_folders,
    as_host,
    as_log_level,
    as_origin,
    as_path,
    as_repository,
    as_secret,
    as_switch,
    as_text,
    is_address,
    list_of,
    whole_number,
)

__all__ = [
    "DEFAULT_HOST",
    "DEFAULT_PORT",
    "DEFAULT_SERVER",
    "SETTINGS",
    "BadSetting",
    "ConfiguredAgent",
    "Secret",
    "Settings",
    "data_dir",
    "installed_version",
    "is_loopback",
    "read",
    "refuse_open_door",
    "server_url",
]

DATABASE_NAME = "kanban.db"
CONFIG_NAME = "config.toml"
WORKTREES_NAME = "worktrees"
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 3000
DEFAULT_SERVER = f"http://{DEFAULT_HOST}:{DEFAULT_PORT}"
"""Where the commands look for a server when nobody says where it is."""
DEFAULT_UPDATE_TTL_MS = 15 * 60 * 1000
"""Asked four times an hour, GitHub's limit of 60 requests an hour without a token leaves room for other programs."""
MAX_PORT = 65_535
DEFAULT_GITHUB = "https://github.com"
DEFAULT_GITHUB_POLL = 60
"""Seconds between two looks at the pull requests of cards."""
DEFAULT_MAX_ATTEMPTS = 8
"""An agent takes 150 to 500 MB and waits for its model most of the time: eight fit a laptop."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a server runs with. What each means stands in `SETTINGS` and docs/configuration.md."""

    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    data_dir: Path
    database: Path
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    insecure_no_auth: bool = False
    static_dir: Path | None = None
    worktrees_dir: Path
    worktrees_max_age_days: int | None = None
    worktrees_quota_mb: int | None = None
    max_attempts: int = DEFAULT_MAX_ATTEMPTS
    log_level: str = "info"
    debug: bool = False
    version: str = ""
    update_repo: str | None = None
    update_token: Secret | None = None
    update_ttl_ms: int = DEFAULT_UPDATE_TTL_MS
    github_client_id: str | None = None
    github_client_secret: Secret | None = None
    github_token: Secret | None = None
    github_url: str = DEFAULT_GITHUB
    github_poll_seconds: int = DEFAULT_GITHUB_POLL
    agents_path: tuple[str, ...] = ()
    agents: tuple[ConfiguredAgent, ...] = ()


class Setting(NamedTuple):
    """One line of the table.

    Its field (also its key in config.toml), its names in the environment (the first that is set counts), its flag of
    `kanbanai serve`, and how a given value becomes the field's: `parse` raises Unfit.
    """

    field: str
    parse: Callable[[object], object]
    environment: tuple[str, ...] = ()
    flag: str | None = None
    in_file: bool = True


SETTINGS: tuple[Setting, ...] = (
    Setting("host", as_host, ("HOST",), "--host"),
    Setting("port", whole_number(0, MAX_PORT), ("PORT",), "--port"),
    Setting("data_dir", as_path, ("KANBANAI_DATA_DIR",), "--data-dir", in_file=False),
    Setting("database", as_database, ("DATABASE_URL",)),
    Setting("allowed_hosts", list_of(as_allowed_host), ("KANBANAI_ALLOWED_HOSTS",), "--allowed-host"),
    Setting("allowed_origins", list_of(as_origin), ("KANBANAI_ALLOWED_ORIGINS",), "--allowed-origin"),
    # A flag and nothing else: what opens the server to everybody should be seen in the command that starts it.
    Setting("insecure_no_auth", as_switch, (), "--insecure-no-auth", in_file=False),
    Setting("static_dir", as_existing_folder, ("KANBANAI_STATIC_DIR",)),
    Setting("worktrees_dir", as_path, ("KANBANAI_WORKTREES_DIR",)),
    Setting("worktrees_max_age_days", whole_number(1, 3_650), ("KANBANAI_WORKTREES_MAX_AGE_DAYS",)),
    Setting("worktrees_quota_mb", whole_number(1, 100_000_000), ("KANBANAI_WORKTREES_QUOTA_MB",)),
    Setting("max_attempts", whole_number(1, 1_000), ("KANBANAI_MAX_ATTEMPTS",)),
    Setting("log_level", as_log_level, ("LOG_LEVEL",)),
    Setting("debug", as_switch, ("KANBANAI_DEBUG", "DEBUG")),
    Setting("version", as_text, ("KANBANAI_VERSION",)),
    Setting("update_repo", as_repository, ("KANBANAI_UPDATE_REPO",)),
    Setting("update_token", as_secret, ("KANBANAI_UPDATE_TOKEN",)),
    Setting("update_ttl_ms", whole_number(1_000, 7 * 24 * 3600 * 1000), ("KANBANAI_UPDATE_TTL_MS",)),
    Setting("github_client_id", as_text, ("GITHUB_CLIENT_ID",)),
    Setting("github_client_secret", as_secret, ("GITHUB_CLIENT_SECRET",)),
    Setting("github_token", as_secret, ("GITHUB_TOKEN", "GH_TOKEN")),
    Setting("github_url", as_origin, ("KANBANAI_GITHUB_URL",)),
    Setting("github_poll_seconds", whole_number(1, 86_400), ("KANBANAI_GITHUB_POLL_SECONDS",)),
    Setting("agents_path", as_folders, ("KANBANAI_AGENTS_PATH",)),
    Setting("agents", as_agents),
)
_PARSERS = {"DEBUG": as_debug_of_anybody}
"""For a name in the environment that is read in a way of its own."""


# ── Reading ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def read(environment: Mapping[str, str], flags: Mapping[str, object] | None = None) -> Settings:
    """The settings of these flags (by field; None: not given), this environment and the data folder's config.toml.

    A blank value in the environment is no value. Raises BadSetting.
    """
    given = {name: value for name, value in (flags or {}).items() if value is not None}
    folder = data_dir(environment, given.get("data_dir"))
    file = folder / CONFIG_NAME
    written = _file(file)
    values: dict[str, Any] = {}
    places: dict[str, str] = {}
    for setting in SETTINGS:
        found = _found(setting, given, environment, written, file)
        if found is not None:
            values[setting.field], places[setting.field] = found
    values["data_dir"] = folder
    values.setdefault("database", folder / DATABASE_NAME)
    values.setdefault("worktrees_dir", folder / WORKTREES_NAME)
    values["version"] = (values.get("version") or installed_version()).removeprefix("v")
    if values.get("debug") and "log_level" not in values:
        values["log_level"] = "debug"
    settings = Settings(**values)
    refuse_open_door(settings, places.get("host", ""))
    return settings


def data_dir(environment: Mapping[str, str], flag: object = None) -> Path:
    """The data folder: the flag, else KANBANAI_DATA_DIR, else `kanbanai` in $XDG_DATA_HOME or ~/.local/share."""
    setting = next(one for one in SETTINGS if one.field == "data_dir")
    found = _found(setting, {"data_dir": flag} if flag else {}, environment, {}, Path())
    if found is not None and isinstance(found[0], Path):
        return found[0]
    base = environment.get("XDG_DATA_HOME", "")
    if Path(base).is_absolute():  # the XDG specification: a relative path is to be ignored
        return Path(base) / "kanbanai"
    home = environment.get("HOME")
    try:
        return (Path(home) if home else Path.home()) / ".local" / "share" / "kanbanai"
    except RuntimeError as error:
        raise BadSetting(
            "KANBANAI_DATA_DIR is not set, and there is no home folder to take instead; set it, or give --data-dir"
        ) from error


def server_url(environment: Mapping[str, str], flag: str | None = None) -> str:
    """The server that a command speaks to: the flag, else KANBANAI_URL, else this machine's port 3000.

    Raises BadSetting unless it is an http or https address.
    """
    source = "--server" if flag else "KANBANAI_URL (environment)"
    url = (flag or environment.get("KANBANAI_URL") or DEFAULT_SERVER).strip().rstrip("/")
    try:
        parts = urlsplit(url)
        is_server = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        is_server = is_server and not parts.query and not parts.fragment
    except ValueError:
        is_server = False
    if not is_server:
        raise BadSetting(f"{source} must be like {DEFAULT_SERVER}, not {url!r}")
    return url


@cache
def installed_version() -> str:
    """The version of this installation."""
    # It takes 25 ms to load, and few commands ask.
    from importlib import metadata

    return metadata.version("kanbanai")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens on `host`. A name other than localhost may mean anything: no."""
    return host.lower() == "localhost" or (is_address(host) and ip_address(host).is_loopback)


def refuse_open_door(settings: Settings, source: str = "") -> None:
    """Raises BadSetting when the server would be open to other machines and nobody said that this is meant."""
    if settings.insecure_no_auth or is_loopback(settings.host):
        return
    raise BadSetting(
        f"{source or 'host'} is {settings.host}, and there is no login yet: everyone who can reach this machine "
        "over the network could read and change every board, and make agents run programs here as you. Listen on "
        "127.0.0.1 and come in through an SSH tunnel or a reverse proxy with a login, or add --insecure-no-auth if "
        "everyone on that network may do all this"
    )


def _found(
    setting: Setting,
    flags: Mapping[str, object],
    environment: Mapping[str, str],
    written: Mapping[str, object],
    file: Path,
) -> tuple[object, str] | None:
    """The value of a setting and the place where it was given; None: nowhere."""
    given = flags.get(setting.field)
    if given is not None and given != ():
        return _parsed(setting.parse, given, str(setting.flag)), str(setting.flag)
    for name in setting.environment:
        if (text := environment.get(name, "")).strip():
            place = f"{name} (environment)"
            return _parsed(_PARSERS.get(name, setting.parse), text, place), place
    if setting.in_file and setting.field in written:
        place = f"{setting.field} ({file})"
        return _parsed(setting.parse, written[setting.field], place), place
    return None


def _parsed(parse: Callable[[object], object], given: object, place: str) -> object:
    try:
        return parse(given)
    except Unfit as error:
        raise BadSetting(f"{place} {error}") from error


def _file(path: Path) -> dict[str, object]:
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise BadSetting(f"{path} cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSetting(f"{path} is not TOML: {error}") from error
    known = [setting.field for setting in SETTINGS if setting.in_file]
    for key in written:
        if key not in known:
            near = difflib.get_close_matches(key, known, 1)
            hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"
            raise BadSetting(f"{path} has an unknown setting {key!r}{hint}")
    return written
