"""What a wheel of ours holds beside the Python: the built web client. A wheel without it cannot be made."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebClient(BuildHookInterface[Any]):
    """Builds the client before it is packed. An editable install takes it as it is: `make run` builds it."""

    def dependencies(self) -> list[str]:
        """Node, where the machine has none and something has to be built."""
        builder = _builder(Path(self.root))
        if self.target_name == "wheel" and (builder.is_fresh(Path(self.root)) or builder.node() is not None):
            return []
        return [] if builder.node() is not None else [builder.NODE_PACKAGE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 (hatchling calls it so)
        """Called before the files are packed."""
        if version != "editable":
            _builder(Path(self.root)).build(Path(self.root))


def _builder(root: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_web", root / "scripts" / "build_web.py")
    if spec is None or spec.loader is None:
        raise ImportError("scripts/build_web.py is missing")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
