"""`kanbanai doctor`."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from kanbanai.cli.calls import AsJson
from kanbanai.cli.failures import FAILED
from kanbanai.cli.output import plain, print_json
from kanbanai.cli.serving import DataFolder, Host, Port

if TYPE_CHECKING:
    from kanbanai.domain.findings import Finding

_SIGNS = {"ok": ("✓", typer.colors.GREEN), "warn": ("!", typer.colors.YELLOW), "bad": ("✗", typer.colors.RED)}


def doctor(
    host: Host = None,
    port: Port = None,
    data_dir: DataFolder = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Mend what can be mended without losing anything.")
    ] = False,
    restored: Annotated[
        bool,
        typer.Option(
            "--restored",
            help="The database was put back from a copy: begin a new log, as viewers saw another one.",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look for what is wrong with this installation and say how to mend it.

    Works while a server is running and while none is. Exit code 1 when something is bad.
    """
    import asyncio

    from kanbanai.upkeep.examination import examine
    from kanbanai.upkeep.examination import repair as repair_what

    # Looking at an address that nobody may listen on is harmless.
    flags = {"host": host, "port": port, "data_dir": data_dir, "insecure_no_auth": True}
    findings = asyncio.run(examine(os.environ, flags))
    repaired: list[str] = []
    if restored or (repair and any(finding.repair for finding in findings)):
        repaired = repair_what(os.environ, flags, findings if repair else [], restored=restored)
        findings = asyncio.run(examine(os.environ, flags))
    is_bad = any(finding.level == "bad" for finding in findings)
    if as_json:
        print_json({"ok": not is_bad, "repaired": repaired, "findings": findings})
    else:
        _print(findings, repaired, asked=repair)
    raise typer.Exit(FAILED if is_bad else 0)


def _print(findings: list[Finding], repaired: list[str], *, asked: bool) -> None:
    for line in repaired:
        print(f"repaired: {plain(line)}")
    width = max(len(finding.about) for finding in findings)
    for finding in findings:
        sign, color = _SIGNS[finding.level]
        mark = typer.style(sign, fg=color) if sys.stdout.isatty() else sign
        print(f"{mark} {finding.about:<{width}}  {plain(finding.what)}")
        if finding.mend:
            print(f"  {'':<{width}}  → {plain(finding.mend)}")
    if not asked and any(finding.repair for finding in findings):
        print("`kanbanai doctor --repair` mends some of this.")
