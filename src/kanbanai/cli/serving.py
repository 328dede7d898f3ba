"""`kanbanai serve` and `kanbanai migrate`: what works on the data folder itself."""

from __future__ import annotations

import errno
import gc
import os
from pathlib import Path
from typing import Annotated

import typer

from kanbanai.cli.failures import FAILED, USAGE, fail
from kanbanai.config import DEFAULT_HOST, DEFAULT_PORT, BadSetting, Settings, read

DataFolder = Annotated[
    Path | None,
    typer.Option(
        "--data-dir", help="Where the database is. [default: $XDG_DATA_HOME/kanbanai]", metavar="FOLDER"
    ),
]
Host = Annotated[
    str | None, typer.Option("--host", help=f"The address to listen on. [default: {DEFAULT_HOST}]")
]
Port = Annotated[
    int | None,
    typer.Option(
        "--port", "-p", help=f"The port to listen on; 0 takes a free one. [default: {DEFAULT_PORT}]"
    ),
]


def settings_of(**flags: object) -> Settings:
    """The settings of these flags, environment and file, or the end of the command."""
    try:
        return read(os.environ, flags)
    except BadSetting as error:
        fail(USAGE, str(error))


def serve(
    host: Host = None,
    port: Port = None,
    data_dir: DataFolder = None,
    allowed_host: Annotated[
        list[str] | None,
        typer.Option(
            "--allowed-host",
            help="A name the server may be called by; may be given again.",
            metavar="HOST",
        ),
    ] = None,
    allowed_origin: Annotated[
        list[str] | None,
        typer.Option(
            "--allowed-origin", help="Web pages that may call the API; may be given again.", metavar="ORIGIN"
        ),
    ] = None,
    insecure_no_auth: Annotated[
        bool,
        typer.Option(
            "--insecure-no-auth", help="Listen where others reach it, although nobody has to log in."
        ),
    ] = False,
) -> None:
    """Run the server until Ctrl-C."""
    settings = settings_of(
        host=host,
        port=port,
        data_dir=data_dir,
        allowed_hosts=tuple(allowed_host or ()),
        allowed_origins=tuple(allowed_origin or ()),
        insecure_no_auth=insecure_no_auth or None,
    )
    # Of what start-up makes nearly nothing is garbage; looking for it takes an eighth of the time. The server turns the
    # collector on again when it begins to serve.
    gc.disable()
    from kanbanai import app
    from kanbanai.domain.errors import KanbanError

    def ready(address: str) -> None:
        print(f"KanbanAI is at {address} (data in {settings.data_dir}; Ctrl-C ends it)", flush=True)

    try:
        app.run(settings, on_ready=ready)
    except KanbanError as error:
        fail(FAILED, error.detail)
    except OSError as error:
        fail(FAILED, _why_not(settings, error))


def _why_not(settings: Settings, error: OSError) -> str:
    where = f"{settings.host} port {settings.port}"
    if error.errno == errno.EADDRINUSE:
        return f"{where} is taken, perhaps by another KanbanAI; end that, or take another port with --port"
    if error.errno == errno.EACCES:
        return f"{where} is not allowed: ports below 1024 are the system's; take another with --port"
    return f"{where} cannot be listened on: {error.strerror or error}"


def migrate(data_dir: DataFolder = None) -> None:
    """Bring the database to this version's schema, keeping a copy; a server does it by itself when it starts."""
    settings = settings_of(data_dir=data_dir)
    from kanbanai.domain.errors import KanbanError
    from kanbanai.upkeep.migration import migrate as migrated

    try:
        result = migrated(settings)
    except KanbanError as error:
        fail(FAILED, error.detail)
    if result.is_new:
        print(f"{settings.database} is new, with schema {result.schema}")
    elif result.copy is None:
        print(f"{settings.database} has schema {result.schema} already; nothing was changed")
    else:
        print(
            f"{settings.database} has schema {result.schema} now; as it was it is kept as {result.copy.name}"
        )
