"""What can be done with the first steps of a new user."""

from __future__ import annotations

from kanbanai.domain import onboarding as rules
from kanbanai.domain.onboarding import Onboarding
from kanbanai.ports import Reading, Transaction

_DOCUMENT = "onboarding"


def read(tx: Reading) -> Onboarding:
    """How far the first steps went."""
    return tx.documents.read(_DOCUMENT, Onboarding) or Onboarding()


def advance(tx: Transaction, step: str | None) -> Onboarding:
    """Notes that a step was shown; once all is completed it changes nothing. Raises Invalid for a name too long."""
    return _stored(tx, rules.advanced(read(tx), rules.step_name(step), tx.now))


def complete(tx: Transaction, step: str | None) -> Onboarding:
    """Ends the first steps; a second time changes nothing. Raises Invalid for a name too long."""
    return _stored(tx, rules.completed(read(tx), rules.step_name(step), tx.now))


def _stored(tx: Transaction, state: Onboarding) -> Onboarding:
    tx.documents.write(_DOCUMENT, state)
    return state
