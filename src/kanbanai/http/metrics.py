"""What this server counts, for Prometheus.

Everything is counted on the event loop, in plain numbers; only one who asks pays for turning them into text. There is
no registry but the one that a `Metrics` holds: two servers in one process count apart.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from typing import NamedTuple

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

MEDIA_TYPE = "text/plain; version=0.0.4"
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds. An edit takes 1 to 2 ms, a snapshot of a big board some 100, a question to another service seconds."""
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_OTHER = "OTHER"
"""For methods that clients invent, so that nobody can make as many series as they like."""

Read = Callable[[], float | Mapping[str, float]]
"""A number as it is now, or one for each value of a label."""


class _Source(NamedTuple):
    name: str
    text: str
    family: type[CounterMetricFamily | GaugeMetricFamily]
    label: str | None
    read: Read


class _Durations:
    """How many answers took how long."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0


class Metrics(Collector):
    """All counts of one server."""

    def __init__(self) -> None:
        self._answers: dict[tuple[str, str], _Durations] = {}
        self._sources: list[_Source] = []
        self._registry = CollectorRegistry()
        self._registry.register(self)
        ProcessCollector(registry=self._registry)

    def observe(self, method: str, status: int, seconds: float) -> None:
        """Counts an answer; `seconds` until its head went out, so that a stream counts as what it took to open."""
        key = (method if method in _METHODS else _OTHER, f"{status // 100}xx")
        durations = self._answers.get(key)
        if durations is None:
            durations = self._answers[key] = _Durations()
        durations.buckets[bisect_left(BOUNDS, seconds)] += 1
        durations.seconds += seconds

    def gauge(self, name: str, text: str, read: Read, *, label: str | None = None) -> None:
        """Shows a number that goes up and down, read when somebody asks; with `label`, one for each of its values."""
        self._sources.append(_Source(name, text, GaugeMetricFamily, label, read))

    def counter(self, name: str, text: str, read: Read, *, label: str | None = None) -> None:
        """Shows a number that only goes up; `_total` is added to its name."""
        self._sources.append(_Source(name, text, CounterMetricFamily, label, read))

    def exposition(self) -> bytes:
        """All of it in Prometheus' text format, of the media type above."""
        return generate_latest(self._registry)

    def collect(self) -> Iterator[Metric]:
        """What `exposition` writes."""
        labels = ("method", "status")
        requests = CounterMetricFamily("kanbanai_requests", "Requests answered.", labels=labels)
        durations = HistogramMetricFamily(
            "kanbanai_request_duration_seconds", "Seconds until an answer's head went out.", labels=labels
        )
        bounds = [*(str(bound) for bound in BOUNDS), "+Inf"]
        for key, answers in sorted(self._answers.items()):
            rising = list(accumulate(answers.buckets))
            requests.add_metric(key, rising[-1])
            durations.add_metric(key, list(zip(bounds, rising, strict=True)), answers.seconds)
        yield requests
        yield durations
        yield from map(_family, self._sources)


def _family(source: _Source) -> Metric:
    value = source.read()
    if not isinstance(value, Mapping):
        return source.family(source.name, source.text, value=value)
    family = source.family(source.name, source.text, labels=(source.label or "kind",))
    for name, number in value.items():
        family.add_metric((name,), number)
    return family
