"""How a command ends when it cannot do what was asked: a sentence on stderr and an exit code.

0    done
1    refused by the server, or found something wrong
2    the command line or a setting makes no sense
3    no server answers
4    there is no such project, column or card, or there are several
130  interrupted
"""

from __future__ import annotations

import json
import sys
from typing import Any, NoReturn

import typer

from kanbanai.cli.output import plain

FAILED = 1
USAGE = 2
UNREACHABLE = 3
NOT_FOUND = 4
INTERRUPTED = 130


class NotNamed(Exception):
    """What the user named is not there, or the name fits several things."""


def fail(exit_code: int, sentence: str, *, as_json: bool = False, **more: Any) -> NoReturn:
    """Ends the command. With `--json` the error is one line of JSON as well."""
    if as_json:
        print(json.dumps({"error": {"detail": sentence, **more}}), file=sys.stderr)
    else:
        print(f"kanbanai: {plain(sentence)}", file=sys.stderr)
    raise typer.Exit(exit_code)


def refused(error: Exception, *, as_json: bool) -> NoReturn:
    """Ends the command after a failed call."""
    from kanbanai.client import ApiProblem, Unreachable

    match error:
        case ApiProblem():
            more = {
                "code": error.code,
                "status": error.status,
                "errors": [{"field": one.field, "message": one.message} for one in error.errors],
            }
            fail(FAILED, error.detail, as_json=as_json, **more)
        case Unreachable():
            hint = (
                f"{error}. Is it running? `kanbanai serve` starts one, `kanbanai doctor` looks for the cause"
            )
            fail(UNREACHABLE, hint, as_json=as_json, code="unreachable")
        case NotNamed():
            fail(NOT_FOUND, str(error), as_json=as_json, code="not_named")
        case _:
            fail(FAILED, str(error), as_json=as_json, code="unexpected_answer")
