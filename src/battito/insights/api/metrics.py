"""Doors of reports, targets and thresholds."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Response, delete, get, patch, post, put
from litestar.params import Parameter, QueryParameter

from battito.insights.actions.settings import drop_target, remove_threshold, save_threshold, set_individual, set_target
from battito.insights.models import Metrics, TargetWish, Threshold, ThresholdWish
from battito.insights.narrow import narrowing
from battito.insights.parquet import MIME, as_parquet
from battito.insights.queries.metrics import checked_by, checked_length, get_metrics, individual_allowed
from battito.insights.store.counts import Targets
from battito.insights.store.thresholds import list_thresholds
from battito.insights.table import as_csv
from battito.platform.actor import Context
from battito.platform.errors import Invalid
from battito.platform.services import Services

TAGS = ["Reports"]
FILES: Final[dict[str, tuple[str, Callable[[Metrics], Any]]]] = {
    "csv": ("text/csv", as_csv),
    "parquet": (MIME, as_parquet),
}


class ReportSettings(msgspec.Struct, forbid_unknown_fields=True):
    """What reports show in this workspace."""

    individual_figures: bool


class Thresholds(msgspec.Struct):
    """All thresholds."""

    items: list[Threshold]


class TargetList(msgspec.Struct):
    """The targets that were set; for the rest the defaults hold."""

    items: list[TargetWish]


@get("/metrics", tags=TAGS)
async def metrics(
    context: Context,
    services: Services,
    to: str,
    from_: Annotated[str, QueryParameter(name="from")],
    interval: str = "1d",
    by: str = "none",
    queue: str | None = None,
    channel: str | None = None,
    team: str | None = None,
    brand: str | None = None,
    agent: str | None = None,
    form: Annotated[str, QueryParameter(name="format")] = "json",
    limit: Annotated[int, Parameter(ge=1, le=10_000)] = 1000,
    after: str | None = None,
) -> Response[Metrics]:
    """What happened, by interval and by queue, channel, team or person."""
    asked = narrowing(context, queue=queue, team=team, brand=brand, channel=channel, agent=agent)
    if form not in ("json", *FILES):
        raise Invalid("A report comes as json, csv or parquet.", field="format")
    if after is not None and not (after.isascii() and after.isdigit() and len(after) < 10):
        raise Invalid("This is not a place in a list: leave it out to begin anew.", field="after")
    async with services.database.reading() as connection:
        report: Metrics = await get_metrics(
            connection, context, asked, start=from_, end=to, interval=checked_length(interval), by=checked_by(by),
            now=datetime.now(UTC), limit=limit if form == "json" else None, after=int(after or 0) if form == "json" else 0,
        )  # fmt: skip
    if form != "json":
        media, make = FILES[form]
        name = f"battito-{report.from_:%Y%m%d}-{report.to:%Y%m%d}-{report.by}.{form}"
        file: Any = await asyncio.to_thread(
            make, report
        )  # the same rows in another form: the document describes the JSON
        return Response(file, media_type=media, headers={"content-disposition": f'attachment; filename="{name}"'})
    return Response(report)


@get("/metrics/settings", tags=TAGS)
async def settings(context: Context, services: Services) -> ReportSettings:
    """Whether figures of single people are shown."""
    context.require("reports.read")
    async with services.database.reading() as connection:
        return ReportSettings(await individual_allowed(connection, context))


@put("/metrics/settings", tags=TAGS)
async def set_settings(context: Context, services: Services, data: ReportSettings) -> ReportSettings:
    """Show them, or not."""
    async with services.database.transaction(context) as tx:
        await set_individual(tx, data.individual_figures)
    return data


@get("/floor/targets", tags=["Floor"])
async def targets(context: Context, services: Services) -> TargetList:
    """How fast is fast enough."""
    context.require("floor.watch")
    async with services.database.reading() as connection:
        rows = (await Targets.load(connection, context.workspace_id)).rows
    return TargetList([TargetWish(**row) for row in rows])


@put("/floor/targets", tags=["Floor"])
async def put_target(context: Context, services: Services, data: TargetWish) -> TargetWish:
    """Set one."""
    async with services.database.transaction(context) as tx:
        return await set_target(tx, data)


@delete("/floor/targets", tags=["Floor"])
async def delete_target(
    context: Context, services: Services, queue_id: UUID | None = None, channel: str | None = None
) -> None:
    """Take one away: the next nearest holds."""
    async with services.database.transaction(context) as tx:
        await drop_target(tx, queue_id, channel)


@get("/floor/thresholds", tags=["Floor"])
async def thresholds(context: Context, services: Services) -> Thresholds:
    """When somebody is told, and how it stands."""
    context.require("floor.watch")
    async with services.database.reading() as connection:
        return Thresholds(await list_thresholds(connection, context.workspace_id))


@post("/floor/thresholds", tags=["Floor"])
async def new_threshold(context: Context, services: Services, data: ThresholdWish) -> Threshold:
    """A threshold."""
    async with services.database.transaction(context) as tx:
        return await save_threshold(tx, None, data)


@patch("/floor/thresholds/{threshold_id:uuid}", tags=["Floor"])
async def edit_threshold(context: Context, services: Services, threshold_id: UUID, data: ThresholdWish) -> Threshold:
    """Change one; it begins anew."""
    async with services.database.transaction(context) as tx:
        return await save_threshold(tx, threshold_id, data)


@delete("/floor/thresholds/{threshold_id:uuid}", tags=["Floor"])
async def drop_threshold(context: Context, services: Services, threshold_id: UUID) -> None:
    """Take one away."""
    async with services.database.transaction(context) as tx:
        await remove_threshold(tx, threshold_id)


handlers = [
    metrics, settings, set_settings, targets, put_target, delete_target, thresholds, new_threshold, edit_threshold, drop_threshold,
]  # fmt: skip
