"""The dashboard; contract section 18."""

from __future__ import annotations

from functools import partial
from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from kanbanai.domain.dashboard import Overview
from kanbanai.domain.dashboard_series import DashboardSeries
from kanbanai.http.provide import FromStore
from kanbanai.usecases import dashboard

From = Annotated[
    str | None,
    QueryParameter(
        name="from",
        description="Where the period begins (ISO 8601, included); goes together with `to`.",
    ),
]
To = Annotated[str | None, QueryParameter(name="to", description="Where the period ends (not included).")]
PresetName = Annotated[
    str | None,
    QueryParameter(
        name="timeRangePreset",
        description="`last_24h`, `last_7d` (default), `last_30d`, `last_90d` or `all_time`; others are passed over.",
    ),
]
ShortName = Annotated[
    str | None,
    QueryParameter(
        name="range", description="The same in short: `24h`, `7d`, `30d`, `90d` or `all`; another is refused."
    ),
]


@get("/dashboard", summary="The dashboard", tags=["dashboard"])
async def read_dashboard(
    store: FromStore,
    since: From = None,
    to: To = None,
    preset: PresetName = None,
    short: ShortName = None,
) -> Overview:
    """What goes on in all projects over a period: `from` with `to`, else `timeRangePreset`, else `range`.

    Active attempts and open cards are those of now whatever the period is.
    """
    work = partial(dashboard.requested, since=since, to=to, preset=preset, short=short)
    return await store.read(work)


@get("/dashboard/series", summary="The dashboard's curves", tags=["dashboard"])
async def read_dashboard_series(
    store: FromStore,
    since: From = None,
    to: To = None,
    preset: PresetName = None,
    short: ShortName = None,
) -> DashboardSeries:
    """Attempts over time, how they went, how long until they could be reviewed, and what each agent took.

    The period is named as for the dashboard. Up to two days it has a point for each hour, else one for each day
    (UTC), at most 366. Times to review and what agents took come from the last 5,000 attempts that ended in the period.
    """
    work = partial(dashboard.series, since=since, to=to, preset=preset, short=short)
    return await store.read(work)


ROUTES = (read_dashboard, read_dashboard_series)
