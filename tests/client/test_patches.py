"""JSON Patch: the same as the library `jsonpatch`, without touching what it is applied to."""

import copy
import json
from typing import Any

import jsonpatch
import jsonpointer
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kanbanai.client.patches import Operation, PatchFailed, patched

PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""A machine that does other things as well is no failure."""

# No 0 and 1: to the library they are false and true.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(2, 4) | st.sampled_from(["", "a", "b"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["a", "b", "c/d", "e~f", "0", ""]), inner, max_size=4)
    ),
    max_leaves=12,
)


def places(document: Any, above: str = "") -> list[str]:
    """Pointers to everything below the document, and to some things that are not there.

    The document itself is left out: of operations on it the library gets some wrong.
    """
    found = [above] if above else []
    if isinstance(document, dict):
        for key, value in document.items():
            found += places(value, f"{above}/{key.replace('~', '~0').replace('/', '~1')}")
        found.append(f"{above}/new")
    elif isinstance(document, list):
        for index, value in enumerate(document):
            found += places(value, f"{above}/{index}")
        found += [f"{above}/{len(document)}", f"{above}/-", f"{above}/{len(document) + 1}"]
    else:
        found.append(f"{above}/under")
    return found


@st.composite
def histories(draw: st.DrawFn) -> tuple[Any, list[dict[str, Any]]]:
    """A document and operations, most of which fit."""
    document = draw(st.dictionaries(st.sampled_from("abc"), JSON) | st.lists(JSON, max_size=4))
    current, operations = document, []
    for _ in range(draw(st.integers(1, 6))):
        pointers = st.sampled_from(places(current))
        operation = draw(
            st.fixed_dictionaries(
                {"op": st.sampled_from(["add", "replace", "test"]), "path": pointers, "value": JSON}
            )
            | st.fixed_dictionaries({"op": st.just("remove"), "path": pointers})
            | st.fixed_dictionaries(
                {"op": st.sampled_from(["move", "copy"]), "path": pointers, "from": pointers}
            )
        )
        operations.append(operation)
        expected = theirs(current, [operation])
        if expected is REFUSED:
            break
        current = expected
    return document, operations


REFUSED = object()


def theirs(document: Any, operations: list[dict[str, Any]]) -> Any:
    for one in operations:
        # Where the library is laxer than the standard (RFC 6902, 4.4), it is not asked.
        if one["op"] == "move" and one["path"].startswith(one["from"] + "/"):
            return REFUSED
    try:
        return jsonpatch.apply_patch(document, json.dumps(operations))
    except (jsonpatch.JsonPatchException, jsonpointer.JsonPointerException, TypeError, AttributeError):
        return REFUSED


def ours(document: Any, operations: list[dict[str, Any]]) -> Any:
    try:
        return patched(document, msgspec.convert(operations, list[Operation]))
    except PatchFailed:
        return REFUSED


@PATIENT
@given(histories())
def test_rt7_patches_lead_where_jsonpatch_leads_and_leave_the_document_alone(
    history: tuple[Any, list[dict[str, Any]]],
) -> None:
    document, operations = history
    before = copy.deepcopy(document)
    expected = theirs(document, operations)
    result = ours(document, operations)
    if expected is REFUSED or result is REFUSED:
        assert result is expected
    else:
        assert json.dumps(result, sort_keys=True) == json.dumps(expected, sort_keys=True)
    assert document == before


def test_untouched_parts_are_shared_and_touched_ones_copied_once() -> None:
    document: Any = {"cards": {"a": {"title": "A"}, "b": {"title": "B"}}, "order": ["x", "y"]}
    after = patched(
        document,
        [
            Operation("replace", "/cards/a/title", "Z"),
            Operation("add", "/cards/c", {"title": "C"}),
            Operation("remove", "/cards/c"),
        ],
    )
    assert after == {"cards": {"a": {"title": "Z"}, "b": {"title": "B"}}, "order": ["x", "y"]}
    assert after["cards"]["b"] is document["cards"]["b"]
    assert after["order"] is document["order"]
    assert document["cards"]["a"] == {"title": "A"}


def test_a_value_of_the_patch_is_not_written_to_either() -> None:
    value = {"title": "C"}
    after = patched({}, [Operation("add", "/c", value), Operation("replace", "/c/title", "D")])
    assert (after, value) == ({"c": {"title": "D"}}, {"title": "C"})


def test_the_whole_document_can_be_replaced_copied_and_tested() -> None:
    assert patched({"a": 1}, [Operation("replace", "", [1])]) == [1]
    assert patched(None, [Operation("test", "", None), Operation("add", "", {"a": 1})]) == {"a": 1}
    assert patched([2], [Operation("copy", "/-", from_="")]) == [2, [2]]
    assert patched({"a": [1]}, [Operation("move", "", from_="/a")]) == [1]


def test_copies_are_two_things() -> None:
    operations = [
        Operation("add", "/a/x", 1),
        Operation("copy", "/b", from_="/a"),
        Operation("add", "/a/y", 2),
    ]
    assert patched({"a": {}}, operations) == {"a": {"x": 1, "y": 2}, "b": {"x": 1}}


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (Operation("remove", "/nowhere"), "there is no member 'nowhere'"),
        (Operation("add", "/list/4", 0), "index 4 is past the end"),
        (Operation("replace", "/list/3", 0), "index 3 is past the end"),
        (Operation("add", "/list/01", 0), "'01' is no index"),
        (Operation("add", "/list/-1", 0), "'-1' is no index"),
        (Operation("remove", "/list/-"), "'-' is no index"),
        (Operation("add", "/number/x", 0), "1 holds nothing"),
        (Operation("add", "list", 0), "'list' is no JSON Pointer"),
        (Operation("add", "/a~2", 0), "is no JSON Pointer"),
        (Operation("add", "/a"), "it has no value"),
        (Operation("move", "/a"), "it has no from"),
        (Operation("move", "/list/0", from_="/list"), "cannot be moved into itself"),
        (Operation("remove", ""), "the whole document cannot be removed"),
        (Operation("test", "/number", 2), "the value there is another one"),
        (Operation("test", "/number", True), "the value there is another one"),
        (Operation("swap", "/a", 0), "there is no such operation"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(operation: Operation, reason: str) -> None:
    document = {"list": [1, 2, 3], "number": 1}
    with pytest.raises(PatchFailed) as caught:
        patched(document, [Operation("add", "/first", 1), operation])
    assert str(caught.value).startswith(f"operation 1, {operation.op} {operation.path!r}")
    assert reason in str(caught.value)
    assert document == {"list": [1, 2, 3], "number": 1}
