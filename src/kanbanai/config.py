"""The settings of a server: one frozen value, read once at start from flags and the environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from kanbanai.domain.errors import Invalid

DATABASE_NAME = "kanban.db"
DEFAULT_PORT = 3000


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """What a server runs with."""

    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    data_dir: Path
    database: Path
    allowed_hosts: tuple[str, ...] = ()
    allowed_origins: tuple[str, ...] = ()
    insecure_no_auth: bool = False


def default_data_dir(environment: Mapping[str, str]) -> Path:
    """`$XDG_DATA_HOME/kanbanai`, else `~/.local/share/kanbanai`."""
    base = environment.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(base) / "kanbanai"


def read(environment: Mapping[str, str], *, data_dir: Path | None = None, **flags: object) -> Settings:
    """The settings of these flags (None: not given) over this environment. Raises Invalid for a value that cannot be."""
    folder = data_dir or default_data_dir(environment)
    given = {name: value for name, value in flags.items() if value is not None}
    if "port" not in given and (port := environment.get("PORT")):
        if not port.isdigit():
            raise Invalid.field("PORT", f"{port!r} is not a number")
        given["port"] = int(port)
    if "host" not in given and (host := environment.get("HOST")):
        given["host"] = host
    return Settings(data_dir=folder, database=folder / DATABASE_NAME, **given)  # type: ignore[arg-type]
