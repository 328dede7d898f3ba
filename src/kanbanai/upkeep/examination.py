"""`kanbanai doctor`: everything that is looked at, in order, and what can be mended on the spot."""

from __future__ import annotations

from collections.abc import Mapping

from kanbanai.adapters.storage import checkup
from kanbanai.config import BadSetting, Settings, data_dir, read
from kanbanai.domain.errors import KanbanError
from kanbanai.domain.findings import Finding
from kanbanai.upkeep import machine, worktrees
from kanbanai.upkeep.server import server


async def examine(environment: Mapping[str, str], flags: Mapping[str, object]) -> list[Finding]:
    """All findings. A setting that cannot be is one of them; then what depends on the settings is left out."""
    findings = [machine.python(), machine.git(environment), machine.editor(environment), machine.open_files()]
    try:
        settings = read(environment, flags)
    except BadSetting as error:
        mend = "Correct it; docs/configuration.md lists what there is"
        return [Finding(about="settings", level="bad", what=str(error), mend=mend), *findings]
    findings.append(await server(settings))
    findings += machine.data_folder(settings.data_dir)
    findings += [machine.agent(one, environment, settings.agents_path) for one in settings.agents]
    findings += checkup.examine(settings.database)
    findings += await worktrees.examine(settings, environment)
    return findings


def repair(
    environment: Mapping[str, str],
    flags: Mapping[str, object],
    findings: list[Finding],
    *,
    restored: bool = False,
) -> list[str]:
    """Mends what `findings` say can be mended without losing anything; answers with what was done, or why not.

    `restored` begins a new log besides: the database was put back from a copy, whose log will go on otherwise than the
    one that viewers hold cursors of.
    """
    done = []
    settings: Settings | None = None
    names = [finding.repair for finding in findings if finding.repair] + ["epoch"] * restored
    for name in dict.fromkeys(names):
        settings = settings or read(environment, flags)
        try:
            if name == machine.REPAIR_ACCESS:
                done.append(machine.make_private(data_dir(environment, flags.get("data_dir"))))
            else:
                done.append(checkup.repair(settings.database, name))
        except (OSError, KanbanError) as error:
            done.append(f"could not repair: {error}")
    return done
