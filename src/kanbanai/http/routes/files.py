"""Folders of the server's machine, for a person who looks for a repository or a program."""

from __future__ import annotations

from typing import Annotated

import msgspec
from litestar import get
from litestar.params import QueryParameter

from kanbanai.domain.files import Folder, FoundRepository
from kanbanai.http.provide import FromFiles

PathQuery = Annotated[
    str | None, QueryParameter(name="path", description="A folder of the home folder, from / or ~.")
]


class RepositoriesAnswer(msgspec.Struct):
    """Repositories that were found."""

    entries: list[FoundRepository]


@get("/fs/git-repos", summary="Find repositories", tags=["files"])
async def find_repositories(files: FromFiles, path: PathQuery = None) -> RepositoriesAnswer:
    """Up to 40 git work trees, up to three folders deep, by name.

    Without a path the search begins where people keep repositories. Nothing outside of the home folder is told of.
    """
    return RepositoriesAnswer(await files.repositories(path))


@get("/fs/browse", summary="Look into a folder", tags=["files"])
async def browse(
    *,
    files: FromFiles,
    path: PathQuery = None,
    show_hidden: Annotated[
        bool, QueryParameter(name="showHidden", description="Names that begin with a dot, too.")
    ] = False,
    executables_only: Annotated[
        bool, QueryParameter(name="executablesOnly", description="Of files only those that can be started.")
    ] = False,
) -> Folder:
    """What is in a folder: folders first, each kind by name; without a path, of the home folder.

    Nothing outside of the home folder is told of: links that lead out are left out.
    """
    return await files.browse(path, hidden=show_hidden, executables_only=executables_only)


ROUTES = (find_repositories, browse)
