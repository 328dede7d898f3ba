"""What the demo agent writes when it is asked for a text: made of what it was given, by rules, and it says so.

It knows such a prompt by the element that what it is to work on stands in: `<ticket>` or `<pull_request>`.
"""

from __future__ import annotations

import re
from collections import Counter

from kanbanai.demo.turn import Turn
from kanbanai.demo.words import plain

SIGNATURE = (
    "*Put in order by the demo agent, which knows nothing but the text it was given. "
    "Choose a real agent in the project's settings.*"
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'`(])|\n{2,}|\n(?=[-*] )")
_KIND = re.compile(r"^[a-z]+(?:\(.*?\))?!?: ")
"""What commits' messages begin with where they follow a convention: `feat(upload): `."""
_LONGEST_TITLE = 90
_MOST_FILES = 12


def is_writing(prompt: str) -> bool:
    """Whether the prompt asks for a text and nothing else."""
    return _element(prompt, "pull_request") is not None or _element(prompt, "ticket") is not None


async def write(turn: Turn) -> None:
    """Thinks for a moment, then writes the text."""
    turn.pace = turn.pace.times(3)  # who waits for a text wants to read it, not to watch how it comes
    prompt = turn.prompt
    pull_request = _element(prompt, "pull_request")
    if pull_request is not None:
        await turn.think("I go through the commits and the files, and tell what they say.")
        await turn.say(_summary(pull_request))
        return
    await turn.think("I read the ticket, and put what it says in order.")
    await turn.say(_ticket(_element(prompt, "ticket") or "", len(turn.images)))


def _element(text: str, name: str) -> str | None:
    """What stands in the element of that name; people's text in it may hold anything but its end."""
    match = re.search(rf"<{name}(?: [^>\n]*)?>\n(?P<inside>.*)\n</{name}>", text, re.DOTALL)
    return match["inside"] if match else None


def _inner(text: str, name: str) -> str:
    match = re.search(rf"<{name}>(?P<inside>.*?)</{name}>", text, re.DOTALL)
    return match["inside"].strip() if match else ""


# ── Tickets ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _ticket(ticket: str, images: int) -> str:
    title = _inner(ticket, "title")
    said = [one.strip(" -*\n") for one in _SENTENCE.split(plain(_inner(ticket, "description")))]
    facts = [one for one in said if one]
    parts = [f"# {_title(title)}", "## What is wanted", facts[0] if facts else f"{_title(title)}."]
    if len(facts) > 1:
        parts += ["## What is known", "\n".join(f"- {one}" for one in facts[1:])]
    checks = [f"- [ ] {_title(title)}: it can be seen to work", "- [ ] A test shows it, and fails without it"]
    if images:
        checks.append(f"- [ ] It looks as in the {images} picture{'s' if images > 1 else ''} of the ticket")
    parts += ["## Done when", "\n".join(checks), SIGNATURE]
    return "\n\n".join(parts)


def _title(text: str) -> str:
    """One short line that begins with a capital and ends without a full stop."""
    line = " ".join(text.split()).rstrip(" .!")
    if len(line) > _LONGEST_TITLE:
        line = line[:_LONGEST_TITLE].rsplit(" ", 1)[0] + "…"
    return line[:1].upper() + line[1:]


# ── Pull requests ───────────────────────────────────────────────────────────────────────────────────────────────────


def _summary(given: str) -> str:
    """From the commits' first lines and the difference: which files, what kind of change, how many lines."""
    subjects = [
        one.strip().splitlines()[0]
        for one in re.findall(r"<commit>(.*?)</commit>", given, re.DOTALL)
        if one.strip()
    ]
    ticket = _element(given, "ticket") or ""
    title = _inner(ticket, "title") or (subjects[-1] if subjects else "Describe the changes")
    files = _files(_element(given, "diff") or "")
    parts = [f"# {_title(_KIND.sub('', title))}"]
    if subjects:
        changes = dict.fromkeys(_title(_KIND.sub("", one)) for one in subjects)
        parts += ["## What changes", "\n".join(f"- {one}" for one in changes)]
    if files:
        parts += ["## Where", "\n".join(_line(*one) for one in files[:_MOST_FILES])]
        if len(files) > _MOST_FILES:
            parts.append(f"… and {len(files) - _MOST_FILES} more files.")
        tests = ", ".join([f"`{name}`" for name, *_ in files if "test" in name.lower()][:3])
        parts += ["## Tests", f"Tests change with it: {tests}." if tests else "No test changes."]
    return "\n\n".join([*parts, SIGNATURE])


def _files(diff: str) -> list[tuple[str, str, int, int]]:
    """Each file with what became of it, lines added, lines removed; the most changed first."""
    found = []
    for part in re.split(r"(?m)^(?=diff --git )", diff):
        match = re.match(r"diff --git \S+ (?:b/)?(?P<name>.+)", part)
        if match is None:
            continue
        head, _, hunks = part.partition("\n@@")
        lines = Counter(line[:1] for line in hunks.splitlines())
        kind = "new" if "\nnew file" in head else "removed" if "\ndeleted file" in head else "changed"
        found.append((match["name"].strip(), kind, lines["+"], lines["-"]))
    return sorted(found, key=lambda one: one[2] + one[3], reverse=True)


def _line(name: str, kind: str, added: int, removed: int) -> str:
    return f"- `{name}` ({kind}, +{added} -{removed})"
