"""`kanbanai project`, `export`, `import`."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from kanbanai.cli.calls import AsJson, ProjectName, Server, call
from kanbanai.cli.failures import FAILED, USAGE, fail
from kanbanai.cli.naming import project_named
from kanbanai.cli.output import plain, print_json, print_table
from kanbanai.domain.projects import Project

if TYPE_CHECKING:
    from kanbanai.client import ImportedProject, KanbanClient

CHUNK = 1024 * 1024
"""Bytes read from or written to a file at once."""


def add(
    path: Annotated[Path, typer.Argument(help="The repository's folder, on the server's machine.")],
    name: Annotated[str | None, typer.Option(help="Its name. [default: the folder's]")] = None,
    initialize: Annotated[
        bool, typer.Option("--initialize", help="Make a folder and a repository where there is none.")
    ] = False,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Add a git repository as a project."""

    async def work(client: KanbanClient) -> Project:
        from kanbanai.client import NewProject

        folder = path.expanduser().absolute()
        new = NewProject(name=name or folder.name, repository_path=str(folder), initialize=initialize)
        return await client.create_project(new)

    project = call(server, work, as_json=as_json)
    if as_json:
        print_json(project)
    else:
        print(f"Added {plain(project.name)} ({project.id})")


def list_(server: Server = None, as_json: AsJson = False) -> None:
    """List the projects, the newest first."""

    async def work(client: KanbanClient) -> list[Project]:
        return await client.projects()

    projects = call(server, work, as_json=as_json)
    if as_json:
        print_json(projects)
    else:
        print_table(
            ("NAME", "ID", "REPOSITORY"), [(one.name, one.id, one.repository_path) for one in projects]
        )


def export(
    project: ProjectName,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The file to make. [default: standard output]")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file when it is there.")] = False,
    server: Server = None,
) -> None:
    """Write a whole project, with its cards, their images and attempts, as NDJSON."""
    if output is None and sys.stdout.isatty():
        fail(
            USAGE, "an export is long and not for reading: name a file with --output, or redirect the output"
        )
    if output is not None and output.exists() and not force:
        fail(FAILED, f"{output} is there already; --force replaces it")

    async def work(client: KanbanClient) -> None:
        found = await project_named(client, project)
        if output is None:
            await _received(client, found, sys.stdout.buffer)
            return
        # Beside its goal first: an export that breaks off leaves neither half a file nor the old one destroyed.
        part = output.with_name(f".{output.name}.{os.getpid()}.part")
        try:
            with part.open("xb") as file:
                await _received(client, found, file)
            part.replace(output)
        finally:
            part.unlink(missing_ok=True)

    try:
        call(server, work, as_json=False)
    except BrokenPipeError:
        raise
    except OSError as error:
        fail(FAILED, f"{output or 'standard output'} cannot be written: {error.strerror}")


async def _received(client: KanbanClient, project: Project, file: BinaryIO) -> None:
    async with client.export_project(project.id) as pieces:
        async for piece in pieces:
            file.write(piece)
        file.flush()


def import_(
    file: Annotated[Path, typer.Argument(help="What `kanbanai export` wrote; - is standard input.")],
    repository: Annotated[
        Path | None, typer.Option(help="Where the repository is by now. [default: where the file says]")
    ] = None,
    server: Server = None,
    as_json: AsJson = False,
) -> None:
    """Make a new project of an exported one."""

    async def work(client: KanbanClient) -> ImportedProject:
        path = str(repository.expanduser().absolute()) if repository else None
        if str(file) == "-":
            return await client.import_project(_pieces(sys.stdin.buffer), repository_path=path)
        with file.open("rb") as opened:
            return await client.import_project(_pieces(opened), repository_path=path)

    try:
        arrived = call(server, work, as_json=as_json)
    except OSError as error:
        fail(FAILED, f"{file} cannot be read: {error.strerror}", as_json=as_json)
    if as_json:
        print_json(arrived)
        return
    print(
        f"Imported {plain(arrived.project.name)} ({arrived.project.id}): {arrived.columns} columns, "
        f"{arrived.cards} cards, {arrived.attempts} attempts"
    )
    for one in arrived.dropped:
        print(f"  left out: {plain(one.field)}: {plain(one.message)}")


async def _pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    while piece := file.read(CHUNK):
        yield piece
