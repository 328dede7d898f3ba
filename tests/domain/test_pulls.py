"""Pull requests in words: whose repository a remote is, what a template makes of a ticket, what an agent is told."""

import msgspec
import pytest

from kanbanai.domain.cards import Card, GithubIssueLink
from kanbanai.domain.ids import CardId
from kanbanai.domain.pulls import (
    MAX_BODY,
    MAX_FEEDBACK,
    MAX_TITLE,
    Check,
    CheckState,
    Feedback,
    PullRequest,
    ReviewComment,
    Subject,
    base_branch,
    closing,
    number_in,
    summary_of,
    text_of,
    told,
)
from kanbanai.domain.repositories import github_repository
from kanbanai.domain.times import Timestamp

GITHUB, ENTERPRISE = "https://github.com", "https://git.example.com"
NOW = Timestamp("2026-11-23T18:42:00.000Z")
CARD = Card(
    id=CardId("card-1"),
    ticket_key="WC-17",
    disable_auto_close_on_pr_merge=False,
    disable_auto_close_on_issue_close=False,
    ticket_type="feat",
    is_enhanced=False,
    title="Retry  {uploads}\n",
    description="Three times: {title}.",
    created_at=NOW,
    updated_at=NOW,
)
SUBJECT = Subject(branch="WC/WC-17-retry-uploads", base="main", card=CARD)
PULL = PullRequest(
    number=7,
    url="https://github.com/acme/wire/pull/7",
    state="open",
    draft=False,
    title="Retry uploads",
    head_ref="WC/WC-17-retry-uploads",
    base_ref="main",
    created_at="2026-11-23T18:00:00Z",
    updated_at="2026-11-23T18:00:00Z",
    merged=False,
)
COMMENT = ReviewComment(
    id=1,
    author="grace",
    path="upload.py",
    line=3,
    outdated=False,
    resolved=False,
    code="@@ -1 +1 @@\n+```\n" + "\n".join(f"+{n}" for n in range(20)),
    body="Why?\n\nReally.",
    in_reply_to=None,
    created_at="2026-11-23T18:00:00Z",
    updated_at="2026-11-23T18:00:00Z",
    url="u",
)


@pytest.mark.parametrize(
    ("remote", "base", "repository"),
    [
        ("https://github.com/acme/wire.git", GITHUB, "acme/wire"),
        ("https://github.com/acme/wire", GITHUB, "acme/wire"),
        ("https://ada:token@GitHub.com/acme/wire/", GITHUB, "acme/wire"),
        ("git@github.com:acme/wire.git", GITHUB, "acme/wire"),
        ("ssh://git@ssh.github.com:443/acme/wire.git", GITHUB, "acme/wire"),
        ("git@git.example.com:acme/wire.io", ENTERPRISE, "acme/wire.io"),
        ("http://127.0.0.1:4000/acme/wire.git", "http://127.0.0.1:4000", "acme/wire"),
        ("http://127.0.0.1:4001/acme/wire.git", "http://127.0.0.1:4000", None),
        ("https://github.com/acme/wire", ENTERPRISE, None),
        ("https://github.com.evil.example/acme/wire", GITHUB, None),
        ("https://github.com/acme", GITHUB, None),
        ("https://github.com/acme/wire/tree/main", GITHUB, None),
        ("https://github.com:nowhere/acme/wire", GITHUB, None),
        ("/srv/git/wire.git", GITHUB, None),
        ("file:///srv/acme/wire.git", GITHUB, None),
        ("", GITHUB, None),
    ],
)
def test_a_remote_names_a_repository_of_that_github_or_none(
    remote: str, base: str, repository: str | None
) -> None:
    assert github_repository(remote, base) == repository


def test_an_address_names_a_pull_request_of_that_repository_or_none() -> None:
    assert number_in("https://github.com/Acme/wire/pull/12", GITHUB, "acme/wire") == 12
    for other in (
        "/acme/wire2/pull/12",
        "/acme/wire/issues/12",
        "/acme/wire/pull/12/files",
        "/acme/wire/pull/0",
    ):
        assert number_in(f"{GITHUB}{other}", GITHUB, "acme/wire") is None


@pytest.mark.parametrize(
    ("chosen", "remote", "branch"),
    [
        ("main", "origin", "main"),
        ("origin/dev", "origin", "dev"),
        ("feat/x", "origin", "feat/x"),
        ("f" * 40, None, "main"),
    ],
)
def test_a_pull_request_goes_to_a_branch_of_the_remote(chosen: str, remote: str | None, branch: str) -> None:
    assert base_branch(chosen, remote, "main") == branch


@pytest.mark.parametrize(
    ("states", "summary"),
    [
        ([], None),
        (["skipped"], None),
        (["passed", "skipped"], "passed"),
        (["passed", "pending"], "pending"),
        (["pending", "failed", "passed"], "failed"),
    ],
)
def test_checks_in_one_word(states: list[CheckState], summary: str | None) -> None:
    assert summary_of([Check(name=str(n), state=one, url=None) for n, one in enumerate(states)]) == summary


def _text(title: str | None, body: str | None, subject: Subject = SUBJECT, **more: bool) -> tuple[str, str]:
    links = more.get("links", False)
    made = text_of(
        subject,
        title_template=title,
        body_template=body,
        prefix="WC",
        links_issues=links,
        repository="acme/wire",
    )
    return made.title, made.body


def test_templates_are_filled_once_and_leave_what_they_do_not_know() -> None:
    assert _text(None, None) == ("[WC-17] Retry {uploads}", "Three times: {title}.")
    assert _text("{type}({prefix}): {slug} {nothing}", "{branch} → {base}\n") == (
        "feat(WC): WC-17-retry-uploads {nothing}",
        "WC/WC-17-retry-uploads → main",
    )


def test_without_a_card_or_a_key_there_is_still_a_title() -> None:
    plain = Subject(branch="by-hand", base="main")
    assert _text(None, None, plain) == ("by-hand", "")
    keyless = msgspec.structs.replace(SUBJECT, card=msgspec.structs.replace(CARD, ticket_key=None))
    assert _text(None, None, keyless)[0] == "Retry {uploads}"
    assert _text("{ticketKey}: {title}", None, keyless)[0] == "Retry {uploads}"


def test_texts_that_are_too_long_for_github_are_cut() -> None:
    long = msgspec.structs.replace(CARD, title="x" * 500, description="y" * 100_000)
    title, body = _text(None, None, msgspec.structs.replace(SUBJECT, card=long))
    assert (len(title), len(body)) == (MAX_TITLE, MAX_BODY)
    assert closing(body, ["#7"]).endswith("…\n\ncloses #7")
    assert len(closing(body, ["#7"])) == MAX_BODY


@pytest.mark.parametrize("said", ["Closes #7", "this fixes #7.", "RESOLVED: #7", "x\nfix #7\ny"])
def test_an_issue_that_is_closed_already_is_not_closed_again(said: str) -> None:
    assert closing(said, ["#7"]) == said


def test_the_issue_of_the_card_is_closed_by_a_line() -> None:
    assert closing("closes #71", ["#7"]) == "closes #71\n\ncloses #7"
    assert closing("", ["#7", "#8"]) == "closes #7\ncloses #8"
    own, other = (f"https://github.com/{name}/issues/7" for name in ("acme/wire", "acme/app"))
    for url, line in ((own, "closes #7"), (other, "closes acme/app#7")):
        linked = msgspec.structs.replace(CARD, description=None, github_issue=GithubIssueLink(7, url))
        subject = msgspec.structs.replace(SUBJECT, card=linked)
        assert _text(None, None, subject, links=True)[1] == line
        assert _text(None, None, subject)[1] == ""


def test_an_agent_is_told_where_and_what_with_the_last_lines_of_code() -> None:
    text, fitting = told(PULL, Feedback((), (COMMENT,)))
    assert fitting.comments == (COMMENT,)
    assert text.startswith("Reviewers commented on pull request #7 (https://github.com/acme/wire/pull/7).")
    assert "## upload.py:3\n\n```diff\n+12\n" in text
    assert text.count("```") == 2
    assert text.endswith("grace:\n\n> Why?\n>\n> Really.")


def test_what_has_no_room_is_left_for_the_next_message() -> None:
    many = tuple(msgspec.structs.replace(COMMENT, id=n, body="z" * 3_000) for n in range(100))
    text, fitting = told(PULL, Feedback((), many))
    assert len(text) <= MAX_FEEDBACK + 10
    assert 20 < len(fitting.comments) < 40
    assert fitting.comments == many[: len(fitting.comments)]
