"""What the documents tell a reader to type exists."""

import re

from tests.house.sources import ROOT, repository_files

TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
CODE = re.compile(r"```.*?```|`[^`\n]+`|^ {4}\S.*$", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^|[`$\s&])make ([a-z][a-z-]*)\b")


def _targets() -> set[str]:
    return set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))


def test_every_make_command_of_the_documents_is_in_the_makefile() -> None:
    targets = _targets()
    unknown = [
        f"{path.relative_to(ROOT)}: make {target}"
        for path in repository_files()
        if path.suffix == ".md"
        for code in CODE.findall(path.read_text(encoding="utf-8"))
        for target in COMMAND.findall(code)
        if target not in targets
    ]
    assert not unknown


def test_the_readme_starts_with_the_command_that_starts_the_product() -> None:
    commands = COMMAND.findall("\n".join(CODE.findall((ROOT / "README.md").read_text(encoding="utf-8"))))
    assert commands[:1] == ["run"]


def test_every_target_of_the_makefile_is_phony_and_the_public_ones_explain_themselves() -> None:
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)
    assert phony
    assert set(phony[1].split()) == _targets()
    explained = set(re.findall(r"^([a-z-]+):.*## \S", text, re.MULTILINE))
    assert explained >= {"run", "test", "check", "bench", "fmt", "openapi", "clean"}
