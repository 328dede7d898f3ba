"""Errors as tests look at them."""

from typing import Any

import httpx


def problem(answer: httpx.Response, status: int | None = None) -> dict[str, Any]:
    """The body of an error, which must be a problem document about itself."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    body: dict[str, Any] = answer.json()
    assert body["status"] == answer.status_code
    assert status in {None, answer.status_code}, body
    assert body["type"] == "about:blank"
    assert body["title"]
    return body


def fields(answer: httpx.Response, status: int = 400) -> list[str]:
    """The fields that an error names."""
    return [one["field"] for one in problem(answer, status)["errors"]]
