"""The settings of a server: one frozen value, read once at start.

    flags  >  environment  >  config.toml in the data folder  >  default

`SETTINGS` below is the one table of them; `docs/configuration.md` tells it to people, and a test compares the two. A
value that cannot be is refused with one sentence that names the setting and where the value came from.
"""

from __future__ import annotations

import difflib
import os
import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

import msgspec

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
LOG_LEVELS = ("debug", "info", "warning", "error")


class BadSetting(ValueError):
    """A setting that cannot be. `str(error)` is one sentence for the person who set it."""


class Unfit(ValueError):
    """A value that a setting cannot have: the end of a sentence that begins with the setting's name."""


class Secret(msgspec.Struct, frozen=True):
    """A text that must not appear in logs, tracebacks or answers; `.value` is the text."""

    value: str

    def __repr__(self) -> str:
        return "Secret(…)"


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


# ── From what is given to what is meant ─────────────────────────────────────────────────────────────────────────────


def _text(given: object) -> str:
    if not isinstance(given, str):
        raise Unfit(f"must be a text, not {given!r}")
    return given.strip()


def _whole_number(low: int, high: int) -> Callable[[object], int]:
    def parse(given: object) -> int:
        text = str(given).strip() if isinstance(given, str | int) and not isinstance(given, bool) else ""
        if not re.fullmatch(r"[0-9]{1,18}", text) or not low <= int(text) <= high:
            raise Unfit(f"must be a whole number from {low} to {high}, not {given!r}")
        return int(text)

    return parse


_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")


def _switch(given: object) -> bool:
    text = str(given).strip().lower()
    if text in (*_TRUE, *_FALSE):
        return text in _TRUE
    raise Unfit(f"must be true or false, not {given!r}")


def _debug_of_anybody(given: object) -> bool:
    """DEBUG belongs to many programs (`DEBUG=express:*`), so that any text but a plain no means yes."""
    return str(given).strip().lower() not in _FALSE


def _log_level(given: object) -> str:
    level = _text(given).lower()
    level = "warning" if level == "warn" else level
    if level not in LOG_LEVELS:
        raise Unfit(f"must be one of {', '.join(LOG_LEVELS)}, not {given!r}")
    return level


def _path(given: object) -> Path:
    if isinstance(given, Path):
        given = str(given)
    text = _text(given)
    if not text or "\0" in text:
        raise Unfit(f"must be a path, not {given!r}")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise Unfit(f"names a home folder that cannot be found: {given!r}") from error


def _existing_folder(given: object) -> Path:
    path = _path(given)
    if not path.is_dir():
        raise Unfit(f"must be a folder that exists, not {given!r}")
    return path


def _database(given: object) -> Path:
    """A path, or a `file:` or `sqlite:` URL of one, where three slashes begin an absolute path as in every URL."""
    text = _text(given)
    scheme, colon, _ = text.partition(":")
    if ":memory:" in text:
        raise Unfit("must be a file: a database in memory would be lost when the server ends")
    if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]+", scheme):
        return _path(text)
    if scheme.lower() not in {"file", "sqlite"}:
        raise Unfit(f"must be a path or a file: or sqlite: URL; {scheme}: is not supported")
    parts = urlsplit(text)
    if parts.netloc not in {"", "localhost"}:
        raise Unfit(f"must name a file on this machine, not on {parts.netloc!r}")
    if parts.query or parts.fragment:
        raise Unfit("must be a plain path or URL: options after ? or # are not supported")
    return _path(unquote(parts.path))


def _host(given: object) -> str:
    host = _text(given).removeprefix("[").removesuffix("]")
    if not host or not re.fullmatch(r"[A-Za-z0-9_.:%-]+", host) or (":" in host and not _is_address(host)):
        raise Unfit(f"must be an address or a host name without scheme or port, not {given!r}")
    return host


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _list_of(parse: Callable[[object], str]) -> Callable[[object], tuple[str, ...]]:
    def parse_all(given: object) -> tuple[str, ...]:
        items = given.split(",") if isinstance(given, str) else given
        if not isinstance(items, list | tuple):
            raise Unfit(f"must be a list of texts, not {given!r}")
        return tuple(
            dict.fromkeys(parse(item) for item in items if not isinstance(item, str) or item.strip())
        )

    return parse_all


def _allowed_host(given: object) -> str:
    return "*" if given == "*" else _host(given).lower()


def _origin(given: object) -> str:
    origin = _text(given).rstrip("/").lower()
    try:
        parts = urlsplit(origin)
        is_origin = bool(parts.hostname) and f"{parts.scheme}://{parts.netloc}" == origin
        _ = parts.port
    except ValueError:
        is_origin = False
    if not is_origin or "@" in origin or "*" in origin:
        raise Unfit(f"must be like https://board.example.com, not {given!r}")
    return origin


def _folders(given: object) -> tuple[str, ...]:
    """Folders as PATH has them: one text with colons, or a list of texts."""
    parts = given.split(os.pathsep) if isinstance(given, str) else given
    if not isinstance(parts, list | tuple):
        raise Unfit(f"must be a list of folders, not {given!r}")
    return tuple(str(_path(part)) for part in parts if part != "")


def _repository(given: object) -> str:
    name = _text(given)
    if not re.fullmatch(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", name):
        raise Unfit(f"must be owner/name of a GitHub repository, not {given!r}")
    return name


def _secret(given: object) -> Secret:
    if not isinstance(given, str):
        raise Unfit("must be a text")  # and it is not shown
    return Secret(given.strip())


SETTINGS: tuple[Setting, ...] = (
    Setting("host", _host, ("HOST",), "--host"),
    Setting("port", _whole_number(0, MAX_PORT), ("PORT",), "--port"),
    Setting("data_dir", _path, ("KANBANAI_DATA_DIR",), "--data-dir", in_file=False),
    Setting("database", _database, ("DATABASE_URL",)),
    Setting("allowed_hosts", _list_of(_allowed_host), ("KANBANAI_ALLOWED_HOSTS",), "--allowed-host"),
    Setting("allowed_origins", _list_of(_origin), ("KANBANAI_ALLOWED_ORIGINS",), "--allowed-origin"),
    # A flag and nothing else: what opens the server to everybody should be seen in the command that starts it.
    Setting("insecure_no_auth", _switch, (), "--insecure-no-auth", in_file=False),
    Setting("static_dir", _existing_folder, ("KANBANAI_STATIC_DIR",)),
    Setting("worktrees_dir", _path, ("KANBANAI_WORKTREES_DIR",)),
    Setting("worktrees_max_age_days", _whole_number(1, 3_650), ("KANBANAI_WORKTREES_MAX_AGE_DAYS",)),
    Setting("worktrees_quota_mb", _whole_number(1, 100_000_000), ("KANBANAI_WORKTREES_QUOTA_MB",)),
    Setting("max_attempts", _whole_number(1, 1_000), ("KANBANAI_MAX_ATTEMPTS",)),
    Setting("log_level", _log_level, ("LOG_LEVEL",)),
    Setting("debug", _switch, ("KANBANAI_DEBUG", "DEBUG")),
    Setting("version", _text, ("KANBANAI_VERSION",)),
    Setting("update_repo", _repository, ("KANBANAI_UPDATE_REPO",)),
    Setting("update_token", _secret, ("KANBANAI_UPDATE_TOKEN",)),
    Setting("update_ttl_ms", _whole_number(1_000, 7 * 24 * 3600 * 1000), ("KANBANAI_UPDATE_TTL_MS",)),
    Setting("github_client_id", _text, ("GITHUB_CLIENT_ID",)),
    Setting("github_client_secret", _secret, ("GITHUB_CLIENT_SECRET",)),
    Setting("github_token", _secret, ("GITHUB_TOKEN", "GH_TOKEN")),
    Setting("github_url", _origin, ("KANBANAI_GITHUB_URL",)),
    Setting("github_poll_seconds", _whole_number(1, 86_400), ("KANBANAI_GITHUB_POLL_SECONDS",)),
    Setting("agents_path", _folders, ("KANBANAI_AGENTS_PATH",)),
)
_PARSERS = {"DEBUG": _debug_of_anybody}
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
    return host.lower() == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


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
