"""Names of branches, addresses of repositories."""

import subprocess

import pytest

from kanbanai.domain.errors import Invalid
from kanbanai.domain.repositories import (
    Origin,
    branch_name,
    github_repository,
    new_branch_name,
    origin_of,
    remote_name,
    repository_url,
    without_secret,
)

BRANCHES = [
    "main",
    "feature/a-b",
    "AB1/WC-2-card-two",
    "release/1.0",
    "ümläut",
    "a@b",
    "a{b}",
    "-x",
    "--upload-pack=x",
    ".hidden",
    "a/.b",
    "a..b",
    "a.",
    "a/",
    "/a",
    "a//b",
    "a.lock",
    "a.lock/b",
    "a b",
    "a~b",
    "a^b",
    "a:b",
    "a?b",
    "a*b",
    "a[b",
    "a\\b",
    "a@{b",
    "a\tb",
    "a\x7fb",
]


@pytest.mark.parametrize("name", BRANCHES)
def test_a_branch_name_is_one_if_git_says_so(name: str) -> None:
    git = subprocess.run(["git", "check-ref-format", "--branch", name], check=False, capture_output=True)
    if git.returncode == 0:
        assert branch_name("baseBranch", f" {name} ") == name
    else:
        with pytest.raises(Invalid) as caught:
            branch_name("baseBranch", name)
        assert [one.field for one in caught.value.fields] == ["baseBranch"]


@pytest.mark.parametrize("name", [*BRANCHES, "HEAD", "a/HEAD", "head"])
def test_a_new_branch_may_be_called_so_if_git_says_so(name: str) -> None:
    git = subprocess.run(["git", "check-ref-format", "--branch", name], check=False, capture_output=True)
    if git.returncode == 0:
        assert new_branch_name("branchName", name) == name
    else:
        with pytest.raises(Invalid):
            new_branch_name("branchName", name)


@pytest.mark.parametrize("name", ["", " ", "x" * 251, "@"])
def test_a_name_has_1_to_250_characters_and_is_not_gits_word_for_head(name: str) -> None:
    for rule in (branch_name, remote_name):
        with pytest.raises(Invalid):
            rule("field", name)


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/owner/repo.name",
        "https://github.com/owner/repo.name.git",
        "https://github.com/owner/repo.name/",
        "https://www.github.com/owner/repo.name",
        "https://GitHub.com/owner/repo.name.git",
        "https://user:token@github.com/owner/repo.name.git",
        "http://github.com/owner/repo.name",
        "git://github.com/owner/repo.name.git",
        "git@github.com:owner/repo.name.git",
        "org-1234@github.com:owner/repo.name",
        "github.com:owner/repo.name.git",
        "ssh://git@github.com/owner/repo.name.git",
        "ssh://git@github.com:22/owner/repo.name.git",
        "ssh://git@ssh.github.com:443/owner/repo.name.git",
    ],
)
def test_every_form_of_a_github_address_tells_owner_and_repository(url: str) -> None:
    origin = origin_of(url)
    assert (origin.owner, origin.repo) == ("owner", "repo.name")


@pytest.mark.parametrize(
    "url",
    [
        "https://gitlab.com/owner/repo.git",
        "https://github.com.evil.example/owner/repo",
        "https://evil.example/github.com/owner/repo",
        "https://notgithub.com/owner/repo",
        "git@gitlab.com:github.com/owner.git",
        "https://github.com/owner",
        "https://github.com/owner/repo/tree/main",
        "/srv/github.com/owner/repo",
        "../repo",
        "",
    ],
)
def test_another_address_tells_neither(url: str) -> None:
    origin = origin_of(url)
    assert (origin.origin_url, origin.owner, origin.repo) == (url, None, None)


def test_no_origin_is_three_nulls() -> None:
    assert origin_of(None) == Origin(origin_url=None, owner=None, repo=None)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://ghp_token@github.com/o/r", "https://github.com/o/r"),
        ("https://user:password@example.com:8443/o/r", "https://example.com:8443/o/r"),
        ("ssh://git:password@example.com/o/r", "ssh://git@example.com/o/r"),
        ("ssh://git@example.com/o/r", "ssh://git@example.com/o/r"),
        ("git@github.com:o/r.git", "git@github.com:o/r.git"),
        ("https://example.com/a@b", "https://example.com/a@b"),
    ],
)
def test_an_address_is_shown_without_what_one_logs_in_with(url: str, shown: str) -> None:
    assert without_secret(url) == shown
    assert origin_of(url).origin_url == shown


@pytest.mark.parametrize(
    "url",
    [
        "https://github.com/o/r",
        "http://10.0.0.1:3000/x?y=z#w",
        "ssh://git@example.com/o/r",
        "git://example.com/o/r",
    ],
)
def test_the_address_of_a_repository_is_kept(url: str) -> None:
    assert repository_url(f" {url} ") == url


def test_no_address_is_none() -> None:
    assert repository_url(None) is None
    assert repository_url("  ") is None


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "github.com/o/r",
        "https://",
        "https:///x",
        "https://user:password@example.com/o/r",
        "https://token@example.com/o/r",
        "https://exa mple.com",
        "https://example.com/\nx",
        "https://example.com/" + "x" * 2_000,
    ],
)
def test_what_is_no_address_of_a_repository_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as caught:
        repository_url(url)
    assert [one.field for one in caught.value.fields] == ["repositoryUrl"]


@pytest.mark.parametrize(
    ("url", "base", "found"),
    [
        ("https://github.com/acme/wire.git", "https://github.com", "acme/wire"),
        ("git@github.com:acme/wire.git", "https://github.com", "acme/wire"),
        ("https://elsewhere.example/acme/wire", "https://github.com", None),
        (None, "https://github.com", None),
        ("https://git.example.com/acme/wire.git", "https://git.example.com", "acme/wire"),
        ("https://token@GIT.example.com/acme/wire", "https://git.example.com", "acme/wire"),
        ("git@git.example.com:acme/wire.git", "https://git.example.com", "acme/wire"),
        ("ssh://git@git.example.com:2222/acme/wire.git", "https://git.example.com", "acme/wire"),
        ("http://127.0.0.1:4001/acme/wire.git", "http://127.0.0.1:4001", "acme/wire"),
        ("http://127.0.0.1:4002/acme/wire.git", "http://127.0.0.1:4001", None),
        ("https://github.com/acme/wire.git", "https://git.example.com", None),
        ("/srv/git/wire", "https://git.example.com", None),
    ],
)
def test_a_remote_is_a_repository_of_the_github_that_counts(
    url: str | None, base: str, found: str | None
) -> None:
    assert github_repository(url, base) == found
