"""Differences of an attempt, file by file: whole, uncommitted, or of one commit; large files folded."""

from __future__ import annotations

from kanbanai.adapters.git import patches
from kanbanai.adapters.git.bases import Bases, verified
from kanbanai.adapters.git.places import CHECKOUT_PATIENCE, Place, Places
from kanbanai.adapters.git.trees import tree_of
from kanbanai.domain.errors import NotFound
from kanbanai.domain.git import Diff, FileDiff, path_in_repository
from kanbanai.ports.repository import Compared

MAX_FILES = 2_000
"""Files told in one difference; more than anybody reads in one go."""
FOLD_LINES = 1_500
"""Changed lines over which a file is folded: generated code and lock files, mostly."""
FOLD_ALL_LINES = 15_000
"""Changed lines after which the rest of the files are folded: some 2 MB of JSON, which a browser shows at once."""
FOLD_BYTES = 256 * 1024
"""Bytes of a file's patch over which it is folded, however few lines they are: a bundle on one line."""
MAX_PATCH = 8 * 1024 * 1024
"""Bytes of the patch of one file that was asked for by its path."""
_MAX_OUTPUT = 4 * MAX_PATCH
"""Bytes of a patch of many files; those that it has no room for are folded."""
_FORM = (
    "-r",
    "--find-renames",
    "--no-ext-diff",
    "--no-textconv",
    "--no-color",
    "--submodule=short",
    "--full-index",
)
_PATHS_AT_ONCE = 500
"""Paths on one command line: 2 MB at most, which is what Linux takes, would they all be as long as they can."""


class Diffs:
    """Tells differences."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._bases = Bases(places)

    async def diff(
        self, path: str, compared: Compared, *, uncommitted: bool = False, only: str | None = None
    ) -> Diff:
        """What the worktree, untracked files included, has changed since it left its base, or since its head.

        `only`: this one file, unfolded. Raises NoWorktree; NotFound when that file does not differ.
        """
        place = await self._places.worktree(path)
        base = None
        if not uncommitted:
            base = await self._bases.compared(path, compared.base, compared.remote, compared.commit)
        begin = await self._bases.begin(path, base)
        async with tree_of(self._places, place, keep=False) as tree:
            return await self._between(place, begin, tree.name, None, only, tree.environment)

    async def commit_diff(self, path: str, sha: str, *, only: str | None = None) -> Diff:
        """What one commit changed, compared with its first parent. Raises NoWorktree, NotFound."""
        place = await self._places.worktree(path)
        found = await verified(self._places.git, path, sha)
        if found is None:
            raise NotFound(f"There is no commit {sha!r} here")
        parent = await verified(self._places.git, path, f"{found}^1")
        before = parent or await self._bases.empty_tree(path)
        return await self._between(place, before, found, found, only, {})

    async def _between(
        self, place: Place, before: str, after: str, told: str | None, only: str | None, also: dict[str, str]
    ) -> Diff:
        if only is not None:
            path_in_repository(only)
        listing = ("diff-tree", "--raw", "--numstat", "-z", *_FORM, before, after)
        output = await self._places.run(place, *listing, also=also, patience=CHECKOUT_PATIENCE)
        found = patches.entries(output.text)
        shown = [one for one in found if only in {None, one.path}][:MAX_FILES]
        if only is not None and not shown:
            raise NotFound(f"{only} does not differ")
        wanted = shown if only is not None else _unfolded(shown)
        lines = await self._lines(place, before, after, wanted, also, whole=only is not None)
        return Diff(
            before=before,
            after=told,
            files=[_told(one, lines.get(one.path)) for one in shown],
            additions=sum(one.additions or 0 for one in found),
            deletions=sum(one.deletions or 0 for one in found),
            truncated=only is None and len(found) > len(shown),
        )

    async def _lines(
        self,
        place: Place,
        before: str,
        after: str,
        wanted: list[patches.Entry],
        also: dict[str, str],
        *,
        whole: bool,
    ) -> dict[str, list[str]]:
        """The blocks of the patch, by the path of the file that they are about; too large ones are missing."""
        found: dict[str, list[str]] = {}
        for at in range(0, len(wanted), _PATHS_AT_ONCE):
            part = wanted[at : at + _PATHS_AT_ONCE]
            found |= await self._blocks(place, before, after, part, also, MAX_PATCH if whole else FOLD_BYTES)
        return found

    async def _blocks(
        self,
        place: Place,
        before: str,
        after: str,
        part: list[patches.Entry],
        also: dict[str, str],
        most: int,
    ) -> dict[str, list[str]]:
        # Both names of a rename, or git takes it for a file that came.
        paths = [name for one in part for name in (one.path, one.old_path) if name]
        patching = ("--literal-pathspecs", "diff-tree", "--patch", *_FORM, before, after, "--", *paths)
        output = await self._places.run(
            place, *patching, also=also, bound=_MAX_OUTPUT, patience=CHECKOUT_PATIENCE
        )
        blocks = patches.blocks(output.text)
        if output.is_whole and len(blocks) != sum(one.blocks for one in part) and len(part) > 1:
            # Among fewer files git may find a rename that it did not find among all: ask for each alone.
            alone = [await self._blocks(place, before, after, [one], also, most) for one in part]
            return {path: own for one in alone for path, own in one.items()}
        if not output.is_whole:
            del blocks[-1:]
        found: dict[str, list[str]] = {}
        for one in part:
            own, blocks = blocks[: one.blocks], blocks[one.blocks :]
            if len(own) == one.blocks and sum(map(len, own)) <= most:
                found[one.path] = own
        return found


def _unfolded(shown: list[patches.Entry]) -> list[patches.Entry]:
    """Those that are told with their lines."""
    kept, total = [], 0
    for one in shown:
        total += one.changed_lines
        if one.changed_lines <= FOLD_LINES and total <= FOLD_ALL_LINES:
            kept.append(one)
        elif one.changed_lines > FOLD_LINES:
            total -= one.changed_lines  # a folded file takes no room
    return kept


def _told(one: patches.Entry, blocks: list[str] | None) -> FileDiff:
    is_binary = one.additions is None
    return FileDiff(
        path=one.path,
        old_path=one.old_path,
        status=one.status,
        old_mode=one.old_mode,
        new_mode=one.new_mode,
        binary=is_binary,
        additions=one.additions,
        deletions=one.deletions,
        folded=blocks is None and not is_binary,
        hunks=[] if is_binary else [hunk for block in blocks or () for hunk in patches.hunks(block)],
    )
