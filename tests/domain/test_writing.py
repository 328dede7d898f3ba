"""What agents that write are told, what they may, and what becomes of their answers."""

import pytest

from kanbanai.domain import pull_summaries, ticket_texts
from kanbanai.domain.agents import CATALOGUE
from kanbanai.domain.cards import MAX_DESCRIPTION, Card, GithubIssueLink
from kanbanai.domain.enhancements import Suggestion
from kanbanai.domain.ids import CardId
from kanbanai.domain.pull_summaries import MAX_DIFF, MAX_FILE, BranchWork, bounded, closing
from kanbanai.domain.times import Timestamp
from kanbanai.domain.writing import PullSummary, TicketDraft, read_only

ISSUE = GithubIssueLink(12, "https://github.com/acme/wire/issues/12")
NOW = Timestamp("2026-11-23T18:42:00.000Z")
WORK = BranchWork(
    branch="wc/wc-1",
    base="main",
    commit="c0ffee",
    messages=("feat: retry uploads",),
    stat=" upload.py | 2 ++",
    patch="diff --git a/upload.py b/upload.py\n+retry\n",
)
CARD = Card(
    id=CardId("card-1"),
    ticket_key="WC-1",
    disable_auto_close_on_pr_merge=False,
    disable_auto_close_on_issue_close=False,
    ticket_type="feat",
    is_enhanced=False,
    title="Retry uploads",
    description="Three times.",
    created_at=NOW,
    updated_at=NOW,
)


def test_whatever_a_profile_allows_who_writes_may_only_read() -> None:
    bold = {
        "mode": "full",
        "agentMode": "yolo",
        "agent": "build",
        "sandbox": "danger-full-access",
        "approvalPolicy": "never",
        "additionalDirectories": ["/"],
        "skipPermissionsUnsafe": True,
        "autonomyLevel": "high",
        "networkAccessEnabled": True,
        "webSearchEnabled": True,
        "model": "large",
        "modelReasoningEffort": "high",
    }
    assert read_only(bold) == {"mode": "plan", "model": "large", "modelReasoningEffort": "high"}


def test_every_setting_of_every_agent_is_one_that_was_thought_of() -> None:
    known = {field.key for agent in CATALOGUE.values() for field in agent.fields}
    harmless = set(read_only(dict.fromkeys(known, "x")))
    assert harmless == {
        "mode", "model", "modelReasoningEffort", "effort", "reasoningEffort", "baseCommandOverride",
    }  # fmt: skip


def test_a_ticket_is_told_whole_with_the_projects_own_words() -> None:
    draft = TicketDraft(title="Retry uploads", description="Three times.", ticket_type="feat")
    told = ticket_texts.prompt(draft, "Write in rhymes.", "Be brief.", missing=None)
    assert told.startswith("Write in rhymes.\n\nBe brief.\n\nThe project is in this folder")
    assert '<ticket type="feat">\n<title>Retry uploads</title>' in told
    assert ticket_texts.GUIDANCE not in told
    plain = ticket_texts.prompt(draft, None, None, missing="There are no files.")
    assert plain.startswith(ticket_texts.GUIDANCE + "\n\nThere are no files.")


def test_an_answer_becomes_a_suggestion_that_a_card_can_have() -> None:
    assert ticket_texts.suggestion(["# Better\n\nText"]) == Suggestion("Better", "Text")
    assert ticket_texts.suggestion(["# Better"]) == Suggestion("Better")
    assert ticket_texts.suggestion(["no title"]) is None
    long = ticket_texts.suggestion(["# Better\n\n" + "x" * 2 * MAX_DESCRIPTION])
    assert long is not None
    assert long.description == "x" * MAX_DESCRIPTION


def test_a_pull_request_is_told_with_its_ticket_commits_and_difference() -> None:
    told = pull_summaries.prompt(WORK, CARD, None, None, missing=None)
    for part in (
        '<pull_request branch="wc/wc-1" base="main">',
        '<ticket key="WC-1">\n<title>Retry uploads</title>',
        "<commit>feat: retry uploads</commit>",
        "upload.py | 2 ++",
        "+retry",
    ):
        assert part in told
    assert "<ticket" not in pull_summaries.prompt(WORK, None, None, None, missing=None)


def test_a_difference_is_cut_within_files_and_between_them() -> None:
    def part(name: str, lines: int) -> str:
        return f"diff --git a/{name} b/{name}\n" + "+x\n" * lines

    long = bounded(part("package-lock.json", MAX_FILE) + part("small.py", 1))
    assert len(long) < MAX_FILE + 500
    assert "more characters …]" in long
    assert "small.py" in long, "a long file does not hide the next"

    many = bounded("".join(part(f"{n}.py", 3_000) for n in range(20)))
    assert len(many) <= MAX_DIFF + 1_000
    assert many.endswith("more files are not shown; <files> names them …]")
    assert bounded("diff --git a/x b/x\n", is_whole=False).endswith(
        "[… some more files are not shown; <files> names them …]"
    )
    assert bounded("") == ""


def test_the_summary_closes_the_tickets_issue() -> None:
    made = pull_summaries.summary(["# Retry uploads\n\nThree times."], ISSUE)
    assert made == PullSummary("Retry uploads", "Three times.\n\ncloses #12")
    assert pull_summaries.summary(["nothing"], ISSUE) is None
    assert closing("", ISSUE) == "closes #12"
    assert closing("Text", None) == "Text"


@pytest.mark.parametrize(
    "body", ["Fixes #12", "This resolves: acme/wire#12.", f"closed {ISSUE.url}", "fix #12, closes #13"]
)
def test_what_closes_the_issue_already_is_left_as_it_is(body: str) -> None:
    assert closing(body, ISSUE) == body


@pytest.mark.parametrize("body", ["See #12", "closes #123", "It encloses #12", "closes #1"])
def test_what_only_names_it_does_not(body: str) -> None:
    assert closing(body, ISSUE) == f"{body}\n\ncloses #12"
