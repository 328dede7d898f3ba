"""A stand-in for GitHub on the loopback that keeps real state and answers in GitHub's own words.

Every answer is validated against GitHub's published schema (githubkit's models), so that nobody tests against a shape
that does not exist. `faults` makes it fail on demand: each is used once (or as often as it says), by the first request
that it fits. Tests hold it in their hands (`standing_in`); `python -m tests.forge.standin` runs it as a program, which
is told what to do over HTTP (`serving`).
"""

from __future__ import annotations

from tests.forge.standin.connection import Flow
from tests.forge.standin.serving import StandIn, standing_in
from tests.forge.standin.state import HOURLY, Asked, Fault, Reply

__all__ = ["HOURLY", "Asked", "Fault", "Flow", "Reply", "StandIn", "standing_in"]
