"""Git repositories as the wire shows them, and what may be said of them in words: names of branches, addresses."""

from __future__ import annotations

import re
from typing import Literal

import msgspec

from kanbanai.domain.errors import Invalid, OverLimit

FALLBACK_BRANCH = "main"
"""The base branch of a repository that does not say which of its branches is the main one."""
MAX_BRANCH = 250
"""Characters. Git keeps a branch as a file of that name, and few file systems take more than 255."""
MAX_URL = 2_000
"""Characters; longer addresses are not taken by all browsers."""


class Repository(msgspec.Struct, frozen=True, kw_only=True):
    """A work tree that was looked at. `default_branch` is where work should start, as far as the repository tells."""

    path: str
    default_branch: str


class Branch(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """A branch of a repository, or of one of its remotes.

    `isCurrent`: the work tree is on it; of a remote's branch: the current one follows it, or would by its name.
    """

    name: str
    display_name: str
    kind: Literal["local", "remote"]
    remote: str | None = None
    is_current: bool


class Origin(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where a repository came from; owner and repository only when that is github.com."""

    origin_url: str | None
    owner: str | None
    repo: str | None


_BAD_IN_REF = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//|/\.|\.lock(?=/|$)")
"""What git-check-ref-format(1) refuses anywhere in a name."""
_GITHUB = re.compile(
    r"""(?: (?:https?|git|ssh|git\+ssh)://(?:[^/@\s]*@)?(?:www\.|ssh\.)?github\.com(?::\d{1,5})?/
          | (?:[^/@:\s]+@)?(?:ssh\.)?github\.com:/?
        )
        (?P<owner>[A-Za-z0-9][A-Za-z0-9_-]*)/(?P<repo>[A-Za-z0-9._-]+?)(?:\.git)?/?""",
    re.VERBOSE | re.IGNORECASE,
)
_REMOTE = re.compile(
    r"""(?: (?:https?|git|ssh|git\+ssh)://(?:[^/@\s]*@)?(?P<host>[^/@:\s]+)(?::(?P<port>\d{1,5}))?/
          | (?:[^/@:\s]+@)(?P<scp>[^/@:\s]+):/?
        )
        (?P<owner>[A-Za-z0-9][A-Za-z0-9_-]*)/(?P<repo>[A-Za-z0-9._-]+?)(?:\.git)?/?""",
    re.VERBOSE | re.IGNORECASE,
)
_USER_OF_URL = re.compile(r"^(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<user>[^/@\s]*)@")
_WEB_URL = re.compile(r"(?:https?|ssh|git)://[^\s/?#@]+(?:[/?#]\S*)?|ssh://[^\s/?#@:]+@[^\s/?#@]+(?:/\S*)?")


def branch_name(field: str, text: str) -> str:
    """`text`, trimmed, as the name of a branch by git's own rules. Raises Invalid for that field of the input."""
    return _ref_name(field, text, "the name of a branch")


def new_branch_name(field: str, text: str) -> str:
    """The same for a branch that is to be made: git makes none that is called as its own `HEAD` is."""
    name = branch_name(field, text)
    if name == "HEAD":
        raise Invalid.field(field, "'HEAD' cannot be the name of a new branch: git has another use for it")
    return name


def remote_name(field: str, text: str) -> str:
    """`text`, trimmed, as the name of a remote by git's own rules. Raises Invalid for that field of the input."""
    return _ref_name(field, text, "the name of a remote")


def _ref_name(field: str, text: str, what: str) -> str:
    name = text.strip()
    if not name:
        raise Invalid.field(field, f"must be {what}, and is blank")
    if len(name) > MAX_BRANCH:
        raise OverLimit.field(field, f"is {len(name)} characters long; the limit is {MAX_BRANCH}")
    # Git takes what begins with a dash for an option.
    if (
        name.startswith(("-", "/", "."))
        or name.endswith(("/", "."))
        or name == "@"
        or _BAD_IN_REF.search(name)
    ):
        raise Invalid.field(field, f"{name!r} cannot be {what}: git does not allow it")
    return name


def origin_of(url: str | None) -> Origin:
    """The origin at `url`, which is shown without a password or token that it may carry."""
    if url is None:
        return Origin(origin_url=None, owner=None, repo=None)
    match = _GITHUB.fullmatch(url)
    owner, repo = (match["owner"], match["repo"]) if match else (None, None)
    return Origin(origin_url=without_secret(url), owner=owner, repo=repo)


def github_repository(url: str | None, base: str = "https://github.com") -> str | None:
    """The `owner/name` of the remote at `url`, if it is one of the GitHub whose pages are at `base`; else None."""
    if url is None:
        return None
    if base == "https://github.com":
        match = _GITHUB.fullmatch(url)
        return f"{match['owner']}/{match['repo']}" if match else None
    address = _REMOTE.fullmatch(url)
    place = _REMOTE.fullmatch(f"{base}/owner/repo")
    if address is None or place is None:
        return None
    if (address["host"] or address["scp"]).lower() != place["host"].lower():
        return None
    is_web = url.lower().startswith("http")
    if is_web and (address["port"] or "") != (place["port"] or ""):
        return None  # over SSH an Enterprise listens elsewhere than with its pages
    return f"{address['owner']}/{address['repo']}"


def without_secret(url: str) -> str:
    """`url` without what git would log in with: the whole user of a web address (often a token), else the password."""
    match = _USER_OF_URL.match(url)
    if match is None:
        return url
    is_web = match["scheme"].lower() in {"http", "https"}
    user = "" if is_web else match["user"].partition(":")[0]
    return f"{match['scheme']}://{user}{'@' if user else ''}{url[match.end() :]}"


def repository_url(text: str | None) -> str | None:
    """`text` as the address of a project's repository; blank is none.

    Raises Invalid unless it is an http, https, ssh or git address without a password.
    """
    if text is None or not text.strip():
        return None
    url = text.strip()
    if len(url) > MAX_URL:
        raise OverLimit.field("repositoryUrl", f"is {len(url)} characters long; the limit is {MAX_URL}")
    if without_secret(url) != url:
        raise Invalid.field("repositoryUrl", "carries a user or a password; leave it out of the address")
    if not _WEB_URL.fullmatch(url):
        raise Invalid.field("repositoryUrl", "must be an address such as https://github.com/owner/repository")
    return url
