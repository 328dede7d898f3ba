"""The stages of a run that the project has scripts for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Stage = Literal["copy_files", "setup", "cleanup"]
PREPARATION: tuple[Stage, ...] = ("copy_files", "setup")
"""What a new worktree needs, in order. One that failed is done again when the attempt is started again."""
SCRIPT_OF: Mapping[Stage, str] = {
    "copy_files": "copy_files",
    "setup": "setup_script",
    "cleanup": "cleanup_script",
}
"""The project's settings that hold the scripts."""
LENIENCE_OF: Mapping[Stage, str] = {
    "copy_files": "allow_copy_files_to_fail",
    "setup": "allow_setup_script_to_fail",
    "cleanup": "allow_cleanup_script_to_fail",
}
"""The project's settings that say whether they may fail."""
NAME_OF: Mapping[Stage, str] = {
    "copy_files": "script that copies files",
    "setup": "setup script",
    "cleanup": "cleanup script",
}
