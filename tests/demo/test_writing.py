"""What the demo agent writes: the same text every time, made of what it was given, which the server can read."""

from __future__ import annotations

from kanbanai.demo import writing
from kanbanai.domain import pull_summaries, ticket_texts
from kanbanai.domain.writing import TicketDraft
from tests.domain.test_writing import CARD, WORK

DRAFT = TicketDraft(
    title="uploads fail sometimes.",
    description="They fail when the network is slow. Retry three times.\n\n- see upload.py\ndemo: fast",
    ticket_type="fix",
)


def test_it_knows_what_it_is_asked_for() -> None:
    assert writing.is_writing(ticket_texts.prompt(DRAFT, None, None, missing=None))
    assert writing.is_writing(pull_summaries.prompt(WORK, CARD, None, None, missing=None))
    assert not writing.is_writing("Write a program that prints <ticket> tags")


def test_a_ticket_keeps_its_facts_and_gets_an_order() -> None:
    told = ticket_texts.prompt(DRAFT, None, None, missing=None)
    found = ticket_texts.suggestion([writing._ticket(writing._element(told, "ticket") or "", 2)])
    assert found is not None
    assert found.title == "Uploads fail sometimes"
    text = found.description or ""
    for fact in (
        "They fail when the network is slow.",
        "- Retry three times.",
        "- see upload.py",
        "2 pictures",
    ):
        assert fact in text
    assert "demo:" not in text
    assert text.endswith(writing.SIGNATURE)


def test_a_ticket_without_a_description_is_made_of_its_title() -> None:
    told = ticket_texts.prompt(TicketDraft(title="add search"), None, None, missing=None)
    found = ticket_texts.suggestion([writing._ticket(writing._element(told, "ticket") or "", 0)])
    assert found is not None
    assert (found.title, "Add search." in (found.description or "")) == ("Add search", True)


def test_a_pull_request_is_told_by_its_commits_and_files() -> None:
    patch = (
        "diff --git a/upload.py b/upload.py\nindex 1..2 100644\n--- a/upload.py\n+++ b/upload.py\n"
        "@@ -1 +1,2 @@\n-send()\n+for _ in range(3):\n+    send()\n"
        "diff --git a/tests/test_upload.py b/tests/test_upload.py\nnew file mode 100644\n--- /dev/null\n"
        "+++ b/tests/test_upload.py\n@@ -0,0 +1 @@\n+def test(): ...\n"
    )
    work = WORK.__class__(
        branch="b",
        base="main",
        commit="c",
        messages=("feat(upload): retry three times", "fix typo"),
        stat="",
        patch=patch,
    )
    told = pull_summaries.prompt(work, None, None, None, missing=None)
    found = pull_summaries.summary([writing._summary(writing._element(told, "pull_request") or "")], None)
    assert found is not None
    assert found.title == "Fix typo"
    for line in (
        "- Retry three times",
        "- `upload.py` (changed, +2 -1)",
        "- `tests/test_upload.py` (new, +1 -0)",
        "Tests change with it: `tests/test_upload.py`.",
    ):
        assert line in found.body
    with_ticket = pull_summaries.prompt(work, CARD, None, None, missing=None)
    named = pull_summaries.summary(
        [writing._summary(writing._element(with_ticket, "pull_request") or "")], None
    )
    assert named is not None
    assert named.title == "Retry uploads", "a ticket's own title says it better"
