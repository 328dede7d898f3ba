"""The first steps of a new user."""

from __future__ import annotations

import msgspec
from litestar import get, patch, post
from litestar.params import JSONBody

from kanbanai.domain.onboarding import Onboarding
from kanbanai.http.provide import FromStore
from kanbanai.usecases import onboarding


class Step(msgspec.Struct, kw_only=True):
    """The step that is shown, at most 64 characters."""

    step: str | None = None


class OnboardingAnswer(msgspec.Struct):
    """How far the first steps went."""

    status: Onboarding


@get("/onboarding/status", summary="How far the first steps went", tags=["onboarding"])
async def read_status(store: FromStore) -> OnboardingAnswer:
    """Until they are completed, the web client leads there."""
    return OnboardingAnswer(await store.read(onboarding.read))


@patch("/onboarding/progress", summary="Note a step", tags=["onboarding"])
async def advance(data: JSONBody[Step], store: FromStore) -> OnboardingAnswer:
    """Notes that a step was shown; once all is completed it changes nothing."""
    return OnboardingAnswer(await store.run(onboarding.advance, data.step))


@post("/onboarding/complete", summary="End the first steps", tags=["onboarding"], status_code=200)
async def complete(data: JSONBody[Step], store: FromStore) -> OnboardingAnswer:
    """Ends the first steps, for good."""
    return OnboardingAnswer(await store.run(onboarding.complete, data.step))


ROUTES = (read_status, advance, complete)
