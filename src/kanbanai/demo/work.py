"""What the demo agent does with an ordinary prompt: a little program, written, run and told about."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from kanbanai.demo import commands
from kanbanai.demo.turn import Turn, text
from kanbanai.demo.words import plain

FOLDER = "demo"
"""Where it writes, below the session's folder: nothing that a person wrote is touched."""
STEPS = ("Look around", "Write the program", "Make it friendlier", "Run it", "Tell what was done")

_FIRST = '''\
"""Greets whoever runs it."""


def greeting(name: str) -> str:
    return f"Hello, {{name}}!"


if __name__ == "__main__":
    print(greeting({subject!r}))
'''
_SECOND = '''\
"""Greets whoever runs it, and counts the steps that led here."""

STEPS = ("read the card", "made a plan", "wrote this file", "ran it")


def greeting(name: str) -> str:
    return f"Hello, {{name}}!"


if __name__ == "__main__":
    print(greeting({subject!r}), flush=True)
    for number, step in enumerate(STEPS, start=1):
        print(f"{{number}}. {{step}}", flush=True)
'''


async def work(turn: Turn) -> None:
    """Plays the whole of it; in the mode `plan` everything up to the first change."""
    await turn.plan(STEPS, 0)
    await turn.think(_thought(turn))
    await _look_around(turn)
    if turn.session.mode == "plan":
        await turn.say(
            "This is what I would do:\n\n" + "".join(f"{n}. {s}\n" for n, s in enumerate(STEPS, 1))
        )
        return
    path = _path(turn)
    await turn.plan(STEPS, 1)
    await turn.think("A small program shows best what I can do: it is written, changed and run.")
    await _write(turn, path, _FIRST.format(subject=_subject(turn)))
    await turn.plan(STEPS, 2)
    await turn.say("The program is there. It could be **friendlier**, so I change it once more.\n\n")
    await _write(turn, path, _SECOND.format(subject=_subject(turn)))
    await turn.plan(STEPS, 3)
    ran = await _run(turn, path)
    await turn.plan(STEPS, 4)
    await turn.say(_report(turn, path, ran=ran))
    await turn.plan(STEPS, 5)


def _subject(turn: Turn) -> str:
    """What the prompt is about: its first line."""
    lines = plain(turn.prompt).splitlines() or ["world"]
    return lines[0].lstrip("# ")[:60] or "world"


def _path(turn: Turn) -> Path:
    words = re.findall(r"[a-z0-9]+", _subject(turn).lower())[:4]
    number = len(turn.session.turns)
    return (
        Path(turn.session.cwd)
        / FOLDER
        / f"{'_'.join(words) or 'greeting'}{f'_{number}' if number else ''}.py"
    )


def _thought(turn: Turn) -> str:
    thought = (
        f"I am asked for “{_subject(turn)}”. No model stands behind me, so I cannot really do it; "
        "but I can show how an agent works: first I look at what is there, then I write something small."
    )
    if turn.session.turns:
        asked = turn.session.turns[0][0].splitlines() or [""]
        thought += f" I remember: this conversation began with “{asked[0][:60]}”."
    if turn.images:
        thought += f" {len(turn.images)} pictures came with it ({', '.join(turn.images)})."
    return thought


async def _look_around(turn: Turn) -> None:
    call_id = await turn.call("List the folder", "read", locations=[{"path": turn.session.cwd}])
    names = _names(Path(turn.session.cwd))
    await turn.pace.pause(1.2)
    await turn.called(call_id, "completed", content=text("\n".join(names[:50]) or "(empty)"))


def _names(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir() if entry.name != ".git")


async def _write(turn: Turn, path: Path, content: str) -> None:
    before = _content(path)
    change = {"type": "diff", "path": str(path), "oldText": before, "newText": content}
    title = f"{'Write' if before is None else 'Edit'} {path.name}"
    call_id = await turn.call(title, "edit", content=[change], locations=[{"path": str(path)}])
    await turn.pace.pause(1.5)
    _put(path, content)
    await turn.called(call_id, "completed", content=[change])


def _content(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _put(path: Path, content: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")


async def _run(turn: Turn, path: Path) -> bool:
    """Runs the program, if it may."""
    argv = [sys.executable, "-u", str(path.relative_to(turn.session.cwd))]
    title = f"python {argv[-1]}"
    call_id = await turn.call(title, "execute", rawInput={"command": title, "cwd": turn.session.cwd})
    if turn.session.mode != "full" and not turn.session.trusted:
        raw = {"command": title, "cwd": turn.session.cwd}
        if not await turn.allowed(call_id, title, kind="execute", rawInput=raw):
            await turn.called(call_id, "failed", content=text("Not allowed"))
            return False
    await commands.follow(turn, call_id, argv)
    return True


def _report(turn: Turn, path: Path, *, ran: bool) -> str:
    name = path.relative_to(turn.session.cwd)
    outcome = "ran, see its output above" if ran else "was **not run**: I was not allowed to"
    lines = [
        "## Done\n",
        f"| | |\n| --- | --- |\n| File | `{name}` |\n| Outcome | the program {outcome} |\n",
        "Try it yourself:\n",
        f"```sh\npython {name}\n```\n",
        "I am the *demo agent*: no model, no key, no network. Choose a real agent when you are ready.",
    ]
    if turn.session.turns:
        lines.insert(1, f"This was prompt number {len(turn.session.turns) + 1} of our conversation.\n")
    if turn.images:
        lines.insert(1, f"I was given {len(turn.images)} picture(s): {', '.join(turn.images)}.\n")
    return "\n".join(lines)
