"""From events to frames: which of them a reader gets, in what order, under which id.

The rule for ids (RT5): with the frame that carries an id, everything up to it has been said. So a frame's id is
the number before the next event that will be told (or the end of the batch): events that a filter leaves out are
passed over, and a connection that is cut between two frames resumes without loss and without repetition. A whole
`state` comes first; its id claims no event that is still to follow, although its contents are newer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from kanbanai.realtime import frames
from kanbanai.realtime.drafts import Aside
from kanbanai.realtime.ring import Told
from kanbanai.realtime.texts import Text
from kanbanai.realtime.variants import Variant


class Batch(NamedTuple):
    """Frames in a row. No texts: there is nothing to tell."""

    texts: list[Text]
    frames: int


def batch(
    epoch: bytes,
    variant: Variant,
    told: Iterable[Told],
    *,
    upto: int,
    state: Callable[[], Text],
    state_seq: int = 0,
    asides: Sequence[tuple[int, Aside]] = (),
    closing: Sequence[bytes] = (),
) -> Batch:
    """What a reader of this variant is told of events that end with `upto`.

    `state` gives the whole state, which the reader then knows; changes up to `state_seq` it knows already. An aside is
    told after the event with its number; `closing` are frames for the very end, such as a heartbeat.
    """
    whole = False
    heard: list[Told] = []
    for one in told:
        if not one.changes_state:
            if variant.hears(one):
                heard.append(one)
        elif one.seq > state_seq:
            if variant.view == "patch":
                heard.append(one)
            else:
                whole = True
    backwards = [part for tail in reversed(closing) for part in (tail, frames.id_line(epoch, upto))]
    said = upto
    count = len(heard) + len(closing) + whole
    for part in reversed(_merged(heard, asides, variant)):
        backwards.append(part.tail)
        if isinstance(part, Told):
            backwards.append(frames.id_line(epoch, said))
            said = part.seq - 1
        else:
            count += 1
    texts = [Text(frames.id_line(epoch, said)), state()] if whole else []
    if backwards:
        backwards.reverse()
        texts.append(Text(b"".join(backwards)))
    return Batch(texts, count)


def _merged(
    heard: list[Told], asides: Sequence[tuple[int, Aside]], variant: Variant
) -> Sequence[Told | Aside]:
    if not asides:
        return heard
    placed: list[tuple[int, int, Told | Aside]] = [(one.seq, 0, one) for one in heard]
    placed += [(after, 1, aside) for after, aside in asides if variant.hears_of(aside.attempt)]
    placed.sort(key=lambda item: item[:2])
    return [one for _, _, one in placed]
