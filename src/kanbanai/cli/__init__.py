"""The command line: `kanbanai`. docs/cli.md tells of every command.

A module a topic. What takes time to load (the server, the client, tables) is imported when a command needs it, so that
`kanbanai --help` takes a fifth of a second and `kanbanai card list` half a second.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from kanbanai.cli import attempts, cards, checkup, issues, projects, pulls, serving, watching
from kanbanai.cli.failures import FAILED

app = typer.Typer(
    name="kanbanai",
    help="A Kanban board whose cards become pull requests, live.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
project_group = typer.Typer(help="Projects: repositories with a board each.", no_args_is_help=True)
card_group = typer.Typer(help="Cards of a board.", no_args_is_help=True)
attempt_group = typer.Typer(help="Agents at work on cards.", no_args_is_help=True)
github_group = typer.Typer(help="Issues of GitHub and their cards.", no_args_is_help=True)

app.command("serve")(serving.serve)
app.command("migrate")(serving.migrate)
app.command("doctor")(checkup.doctor)
app.command("watch")(watching.watch)
app.command("export")(projects.export)
app.command("import")(projects.import_)
project_group.command("add")(projects.add)
project_group.command("list")(projects.list_)
card_group.command("add")(cards.add)
card_group.command("list")(cards.list_)
card_group.command("move")(cards.move)
card_group.command("edit")(cards.edit)
attempt_group.command("start")(attempts.start)
attempt_group.command("list")(attempts.list_)
attempt_group.command("stop")(attempts.stop)
attempt_group.command("send")(attempts.send)
attempt_group.command("logs")(attempts.logs)
attempt_group.command("diff")(attempts.diff)
attempt_group.command("pr")(pulls.pr)
attempt_group.command("allow")(attempts.allow)
attempt_group.command("deny")(attempts.deny)
github_group.command("import")(issues.import_)
github_group.command("sync")(issues.sync)
github_group.command("status")(issues.status)
app.add_typer(project_group, name="project")
app.add_typer(card_group, name="card")
app.add_typer(attempt_group, name="attempt")
app.add_typer(github_group, name="github")


def _say_version(asked: bool) -> None:
    if asked:
        from kanbanai.config import installed_version

        print(f"kanbanai {installed_version()}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", help="Say the version and end.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """A Kanban board whose cards become pull requests, live."""


def main() -> None:
    """The program."""
    try:
        app()
        sys.stdout.flush()
    except BrokenPipeError:
        # Who read our output has enough (`card list | head`). Nothing may be written any more, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(FAILED)
