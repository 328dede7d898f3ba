"""Which of two versions is newer."""

import pytest

from kanbanai.domain.versions import is_newer, plain


@pytest.mark.parametrize(
    ("candidate", "current"),
    [
        ("1.0.1", "1.0.0"),
        ("1.10.0", "1.9.9"),
        ("v2.0", "1.99"),
        ("1.0.0", "1.0.0-rc.1"),
        ("1.0.0", "1.0.0.dev3"),
        ("1.1.0-rc.1", "1.0.0"),
        ("1.0.0.1", "1.0"),
    ],
)
def test_a_later_version_is_newer_and_not_the_other_way(candidate: str, current: str) -> None:
    assert is_newer(candidate, current)
    assert not is_newer(current, candidate)


@pytest.mark.parametrize(
    ("candidate", "current"),
    [
        ("1.0.0", "1.0.0"),
        ("v1.0", "1.0.0"),
        ("1.0.0+build.5", "1.0.0"),
        ("nightly", "1.0"),
        ("1.0", "unknown"),
        ("", "1"),
    ],
)
def test_equal_and_unknown_versions_are_not_newer(candidate: str, current: str) -> None:
    assert not is_newer(candidate, current)


def test_a_tag_loses_its_v() -> None:
    assert [plain(tag) for tag in ("v1.2", " 1.2 ", "v")] == ["1.2", "1.2", ""]
