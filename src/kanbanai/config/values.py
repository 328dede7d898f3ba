"""What a given value means: for each kind of setting a function that takes it as it was written, or raises Unfit."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec

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


def as_text(given: object) -> str:
    """A text without the blanks around it."""
    if not isinstance(given, str):
        raise Unfit(f"must be a text, not {given!r}")
    return given.strip()


def whole_number(low: int, high: int) -> Callable[[object], int]:
    """A number between these two."""

    def parse(given: object) -> int:
        text = str(given).strip() if isinstance(given, str | int) and not isinstance(given, bool) else ""
        if not re.fullmatch(r"[0-9]{1,18}", text) or not low <= int(text) <= high:
            raise Unfit(f"must be a whole number from {low} to {high}, not {given!r}")
        return int(text)

    return parse


_TRUE = ("1", "true", "yes", "on")
_FALSE = ("0", "false", "no", "off")


def as_switch(given: object) -> bool:
    """On or off."""
    text = str(given).strip().lower()
    if text in (*_TRUE, *_FALSE):
        return text in _TRUE
    raise Unfit(f"must be true or false, not {given!r}")


def as_debug_of_anybody(given: object) -> bool:
    """DEBUG belongs to many programs (`DEBUG=express:*`), so that any text but a plain no means yes."""
    return str(given).strip().lower() not in _FALSE


def as_log_level(given: object) -> str:
    """The name of a level of the log."""
    level = as_text(given).lower()
    level = "warning" if level == "warn" else level
    if level not in LOG_LEVELS:
        raise Unfit(f"must be one of {', '.join(LOG_LEVELS)}, not {given!r}")
    return level


def as_path(given: object) -> Path:
    """A path, with `~` for the home folder; relative ones start where the server is started."""
    if isinstance(given, Path):
        given = str(given)
    text = as_text(given)
    if not text or "\0" in text:
        raise Unfit(f"must be a path, not {given!r}")
    try:
        return Path(text).expanduser().absolute()
    except RuntimeError as error:
        raise Unfit(f"names a home folder that cannot be found: {given!r}") from error


def as_existing_folder(given: object) -> Path:
    """The path of a folder that is there."""
    path = as_path(given)
    if not path.is_dir():
        raise Unfit(f"must be a folder that exists, not {given!r}")
    return path


def as_database(given: object) -> Path:
    """A path, or a `file:` or `sqlite:` URL of one, where three slashes begin an absolute path as in every URL."""
    text = as_text(given)
    scheme, colon, _ = text.partition(":")
    if ":memory:" in text:
        raise Unfit("must be a file: a database in memory would be lost when the server ends")
    if not colon or not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]+", scheme):
        return as_path(text)
    if scheme.lower() not in {"file", "sqlite"}:
        raise Unfit(f"must be a path or a file: or sqlite: URL; {scheme}: is not supported")
    parts = urlsplit(text)
    if parts.netloc not in {"", "localhost"}:
        raise Unfit(f"must name a file on this machine, not on {parts.netloc!r}")
    if parts.query or parts.fragment:
        raise Unfit("must be a plain path or URL: options after ? or # are not supported")
    return as_path(unquote(parts.path))


def as_host(given: object) -> str:
    """An address, or the name of a host."""
    host = as_text(given).removeprefix("[").removesuffix("]")
    if not host or not re.fullmatch(r"[A-Za-z0-9_.:%-]+", host) or (":" in host and not is_address(host)):
        raise Unfit(f"must be an address or a host name without scheme or port, not {given!r}")
    return host


def is_address(text: str) -> bool:
    """Whether it is an address of the Internet protocol."""
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def list_of(parse: Callable[[object], str]) -> Callable[[object], tuple[str, ...]]:
    """Several of these: a list, or one text with commas between."""

    def parse_all(given: object) -> tuple[str, ...]:
        items = given.split(",") if isinstance(given, str) else given
        if not isinstance(items, list | tuple):
            raise Unfit(f"must be a list of texts, not {given!r}")
        return tuple(
            dict.fromkeys(parse(item) for item in items if not isinstance(item, str) or item.strip())
        )

    return parse_all


def as_allowed_host(given: object) -> str:
    """The name of a host, or `*` for all."""
    return "*" if given == "*" else as_host(given).lower()


def as_origin(given: object) -> str:
    """Scheme, host and port of a web page."""
    origin = as_text(given).rstrip("/").lower()
    try:
        parts = urlsplit(origin)
        is_origin = bool(parts.hostname) and f"{parts.scheme}://{parts.netloc}" == origin
        _ = parts.port
    except ValueError:
        is_origin = False
    if not is_origin or "@" in origin or "*" in origin:
        raise Unfit(f"must be like https://board.example.com, not {given!r}")
    return origin


def as_folders(given: object) -> tuple[str, ...]:
    """Folders as PATH has them: one text with colons, or a list of texts."""
    parts = given.split(os.pathsep) if isinstance(given, str) else given
    if not isinstance(parts, list | tuple):
        raise Unfit(f"must be a list of folders, not {given!r}")
    return tuple(str(as_path(part)) for part in parts if part != "")


class ConfiguredAgent(msgspec.Struct, frozen=True, kw_only=True):
    """An agent of config.toml: `[agents.GOOSE]`. Whether there can be such an agent, its rules in the domain say."""

    key: str
    label: str
    command: str
    args: tuple[str, ...] = ()
    env: Mapping[str, str] = {}


_AGENT_FIELDS = ("label", "command", "args", "env")


def as_agents(given: object) -> tuple[ConfiguredAgent, ...]:
    """Agents by their keys: `label` (the key, if it is missing), `command`, `args`, `env`."""
    if not isinstance(given, dict):
        raise Unfit(f"must be tables like [agents.GOOSE], not {given!r}")
    return tuple(_agent(str(key), fields) for key, fields in given.items())


def _agent(key: str, fields: object) -> ConfiguredAgent:
    if not isinstance(fields, dict):
        raise Unfit(f"must be tables like [agents.{key}], not {key} = {fields!r}")
    for name in fields:
        if name not in _AGENT_FIELDS:
            raise Unfit(f"has an unknown {key}.{name}; there are {', '.join(_AGENT_FIELDS)}")
    if "command" not in fields:
        raise Unfit(f"needs {key}.command, the program that is the agent")
    label, command = fields.get("label", key), fields["command"]
    args, env = fields.get("args", []), fields.get("env", {})
    for name, value in (("label", label), ("command", command)):
        if not isinstance(value, str):
            raise Unfit(f"must have a text in {key}.{name}, not {value!r}")
    if not isinstance(args, list) or not all(isinstance(one, str) for one in args):
        raise Unfit(f"must have a list of texts in {key}.args, not {args!r}")
    if not isinstance(env, dict) or not all(isinstance(one, str) for one in env.values()):
        raise Unfit(f"must have texts by their names in {key}.env")  # and keys of models are not shown
    return ConfiguredAgent(key=key, label=label, command=command, args=tuple(args), env=env)


def as_repository(given: object) -> str:
    """The name of a repository at GitHub."""
    name = as_text(given)
    if not re.fullmatch(r"[A-Za-z0-9-]+/[A-Za-z0-9._-]+", name):
        raise Unfit(f"must be owner/name of a GitHub repository, not {given!r}")
    return name


def as_secret(given: object) -> Secret:
    """A text that is shown to nobody."""
    if not isinstance(given, str):
        raise Unfit("must be a text")  # and it is not shown
    return Secret(given.strip())
