"""The line of a store's thread: in order, and worth waiting for only as long as somebody is missing."""

from __future__ import annotations

import threading
from queue import Empty

import pytest

from kanbanai.adapters.storage.line import Line

FOR_EVER = 60.0
"""Seconds: a test that gets there hangs."""


def test_items_come_out_in_the_order_in_which_they_were_put() -> None:
    line: Line[int] = Line()
    for item in range(3):
        line.put(item)
    assert (len(line), line.take(), line.take_now(), line.take(), len(line)) == (3, 0, 1, 2, 0)
    with pytest.raises(Empty):
        line.take_now()


def test_gathering_is_over_at_once_when_all_are_there() -> None:
    line: Line[int] = Line()
    line.put(1)
    line.put(2)
    line.gather(2, FOR_EVER)
    assert len(line) == 2


def test_gathering_is_over_when_the_last_one_comes() -> None:
    line: Line[int] = Line()
    gathered = threading.Thread(target=line.gather, args=(3, FOR_EVER))
    gathered.start()
    for item in range(3):
        assert gathered.is_alive()
        line.put(item)
    gathered.join(FOR_EVER / 2)
    assert not gathered.is_alive()
    assert len(line) == 3


def test_gathering_is_over_when_nobody_comes_any_more() -> None:
    line: Line[int] = Line()
    line.put(1)
    line.gather(2, 0.001)
    assert line.take_now() == 1
