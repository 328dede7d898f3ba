"""The scenarios: what the model does for a prompt that names one as `[[name argument]]`.

A scenario is a list of replies. The endpoint gives the one whose number is the count of rounds of tools since the
prompt, so that it remembers nothing, and an agent that is stopped, killed or asked again gets what fits the
conversation it sends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.models.conversation import Request
from tests.models.script import Cut, Edit, Plan, Read, Refuse, Reply, Run, Say, Status, Think, Wait, Write
from tests.models.tools import offers

Scenario = Callable[[str, Request], Sequence[Reply]]
"""From the marker's argument (perhaps empty) and the request to the replies."""

GREETING = "print('hello from the scripted model')\n"
"""What `[[write]]` and `[[work]]` put into a file: a program that `[[work]]` runs."""
STEPS = ("Write the program", "Run it", "Say what came of it")
"""The todos of `[[plan]]` and `[[work]]`."""
WORDS_A_SECOND = 20
LONG = 2400
"""Words of `[[stream]]`: two minutes, longer than any test waits, yet it ends by itself if one forgets to stop it."""
LARGE = 1_000_000
"""Bytes that `[[large]]` prints when it is not told."""


def _plan(done: int) -> Plan:
    """The todos with the first `done` of them completed and the next one under way."""

    def status(place: int) -> Status:
        if place < done:
            return "completed"
        return "in_progress" if place == done else "pending"

    return Plan(tuple((text, status(place)) for place, text in enumerate(STEPS)))


def text(argument: str, request: Request) -> Sequence[Reply]:
    """`[[text words]]` thinks and answers in text; without words it repeats the prompt."""
    words = argument or f"You said: {request.prompts()[-1].text if request.prompts() else 'nothing'}"
    return [(Think("The user wants an answer in text."), Say(words))]


def stream(argument: str, request: Request) -> Sequence[Reply]:
    """`[[stream count]]` says that many numbered words, 20 a second."""
    words = " ".join(f"word{number}" for number in range(1, int(argument or LONG) + 1))
    return [(Think("This will take a while."), Say(words, pace=1 / WORDS_A_SECOND))]


def hang(argument: str, request: Request) -> Sequence[Reply]:
    """`[[hang]]` opens the answer and never says a word."""
    return [(Wait(),)]


def write(argument: str, request: Request) -> Sequence[Reply]:
    """`[[write path]]` writes a file."""
    path = argument or "hello.py"
    return [(Say(f"I write {path}."), Write(path, GREETING)), (Say(f"{path} is there now."),)]


def edit(argument: str, request: Request) -> Sequence[Reply]:
    """`[[edit path|old line|new line]]` reads a file and replaces a line of it."""
    path, old, new = argument.split("|")
    return [
        (Say(f"I look at {path} first."), Read(path)),
        (Edit(path, old, new),),
        (Say(f"{path} is changed."),),
    ]


def run(argument: str, request: Request) -> Sequence[Reply]:
    """`[[run command]]` runs a command and repeats the end of what it printed."""
    return [(Run(argument),), (Say(f"The command printed: {_last_result(request)[-400:]}"),)]


def large(argument: str, request: Request) -> Sequence[Reply]:
    """`[[large bytes]]` runs a command that prints that much, in numbered lines of 80 bytes."""
    lines = int(argument or LARGE) // 80
    return [
        (Run(f"""python3 -c "for n in range({lines}): print(f'{{n:079d}}')" """.strip()),),
        (Say("That was a lot."),),
    ]


def endless(argument: str, request: Request) -> Sequence[Reply]:
    """`[[endless pipe]]` runs a command that reads a pipe until that is closed (tests/agents/pipes.py). Not `sleep`:
    Claude Code refuses to run that in the foreground."""
    return [(Say("This goes on."), Run(f"echo started; cat '{argument}'")), (Say("It ended."),)]


def plan(argument: str, request: Request) -> Sequence[Reply]:
    """`[[plan]]` makes three todos and completes one after the other."""
    return [(_plan(0),), (_plan(1),), (_plan(2),), (_plan(3),), (Say("All three are done."),)]


def work(argument: str, request: Request) -> Sequence[Reply]:
    """`[[work path]]` is what agents do all day: think, plan (where they can), write a file, run it, tell of it."""
    path = argument or "hello.py"
    think, write, run = (
        Think(f"I think first, then write {path}."),
        Write(path, GREETING),
        Run(f"python3 {path}"),
    )
    told = (Say(f"Done: {path} is there and runs."),)
    if not offers(_plan(0), request):
        return [(think, Say("I begin."), write), (run,), told]
    return [(think, Say("I make a plan."), _plan(0)), (write,), (_plan(1), run), (_plan(3),), told]


def recall(argument: str, request: Request) -> Sequence[Reply]:
    """`[[recall]]` says all that was said to it before, which only an agent that kept the context can know: the earlier
    prompts, and what stands in this one before the marker."""
    *earlier, last = (prompt.text for prompt in request.prompts())
    before = [text for text in [*earlier, last[: last.rindex("[[recall")].strip()] if text]
    if not before:
        return [(Say("I remember nothing before this."),)]
    return [(Say("Before this you said: " + " / ".join(before)),)]


def ticket(argument: str, request: Request) -> Sequence[Reply]:
    """`[[ticket path]]` answers with a ticket's text, which tells what pictures came along; with a path it tries to
    write that file first, though it may not."""
    pictures = "; ".join(str(picture) for picture in request.prompts()[-1].images) or "no picture"
    answer = (Say(f"# A better title\n\nI received {pictures}."),)
    return [(Say(f"I write {argument}."), Write(argument, GREETING)), answer] if argument else [answer]


def image(argument: str, request: Request) -> Sequence[Reply]:
    """`[[image]]` says what pictures came with the prompt: type, bytes, size, hash."""
    pictures = request.prompts()[-1].images
    if not pictures:
        return [(Say("I received no picture."),)]
    return [(Say("I received " + "; ".join(str(picture) for picture in pictures)),)]


def error(argument: str, request: Request) -> Sequence[Reply]:
    """`[[error status]]` refuses each request with that status."""
    status = int(argument or 500)
    return [Refuse(status, f"the scripted model answers {status} on purpose")]


def cut(argument: str, request: Request) -> Sequence[Reply]:
    """`[[cut]]` breaks the connection after some words."""
    return [(Say("This sentence is never"), Cut())]


def short(argument: str, request: Request) -> Sequence[Reply]:
    """`[[short]]` ends the answer after some words, without the events that end one."""
    return [(Say("This sentence is never"), Cut(in_order=True))]


SCENARIOS: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        text, stream, hang, write, edit, run, large, endless, plan, work, recall, ticket, image, error, cut, short,
    )
}  # fmt: skip


def _last_result(request: Request) -> str:
    rounds = request.rounds()
    return "\n".join(rounds[-1].results.values()) if rounds else "nothing"
