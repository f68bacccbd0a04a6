"""The floor by the clock: thresholds are looked at every ten seconds; old hands and words leave."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from battito.accounts.models import Ref
from battito.insights.events import ThresholdCleared, ThresholdRaised, ThresholdTold
from battito.insights.models import LOW_IS_BAD, QueueNow, Threshold
from battito.insights.queries.floor import get_floor
from battito.insights.sentence import duration
from battito.insights.store import thresholds as store
from battito.insights.store.counts import Narrowing
from battito.insights.store.thresholds import threshold_from
from battito.insights.thresholds import RANK, Limits, Standing, step
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.jobs.model import Job
from battito.platform.jobs.registry import job, recurring
from battito.platform.services import Services

LOOKS_S: Final = (0, 10, 20, 30, 40, 50)
KEPT_DAYS: Final = 30


@recurring("floor.look", "* * * * *")
async def plan_looks(services: Services, job: Job) -> None:
    """Six looks a minute in every workspace that has thresholds."""
    async with services.database.reading() as connection:
        watched = [row["workspace_id"] for row in await connection.fetch(store.WATCHED)]
    for workspace in watched:
        async with services.database.transaction(Context.system(workspace, "floor")) as tx:
            for seconds in LOOKS_S:
                tx.enqueue("floor.evaluate", after_s=seconds, unique_key=f"floor {workspace} {seconds}", replace=True)


@job("floor.evaluate", retries=0, timeout_s=30)
async def evaluate(services: Services, job: Job) -> None:
    """Look at a workspace's thresholds once."""
    async with services.database.transaction(job.context) as tx:
        await look(tx, datetime.now(UTC))


async def look(tx: Tx, now: datetime) -> None:
    """Measure what thresholds are on, and say what was raised or taken back."""
    rows = await tx.fetch(store.LOCK_ALL, tx.workspace_id)
    if not rows:
        return
    floor = await get_floor(tx.connection, tx.context, Narrowing(), now)
    queues: dict[UUID | None, QueueNow] = {queue.id: queue for queue in floor.queues if queue.id is not None}
    queues[None] = floor.totals
    standings = []
    for row in rows:
        queue = queues.get(row["queue_id"])
        value = None if queue is None else measured(queue, row["figure"])
        before = Standing(
            state=row["state"], since=row["since"], pending=row["pending"], pending_since=row["pending_since"]
        )  # fmt: skip
        limits = Limits(
            warn=row["warn"], breach=row["breach"], clear=row["clear"], hold_s=row["hold_s"], low=row["figure"] in LOW_IS_BAD
        )  # fmt: skip
        after = step(limits, before, value, now)
        standings.append((row["id"], after.state, value, after.since, after.pending, after.pending_since))
        if after.state != before.state:
            _say(tx, threshold_from({**row, "state": after.state, "value": value, "since": after.since}), queue, before)
    await store.save_standings(tx, standings)


def _say(tx: Tx, threshold: Threshold, queue: QueueNow | None, before: Standing) -> None:
    kind = ThresholdRaised if RANK[threshold.state] > RANK[before.state] else ThresholdCleared
    ref = Ref(queue.id, queue.name) if queue is not None and queue.id is not None else None
    said = words(threshold, ref.name if ref else None)
    tx.emit(kind(threshold=threshold, queue=ref, sentence=said))
    for one in threshold.tell:
        tx.emit(ThresholdTold(threshold=threshold, queue=ref, sentence=said, over=kind is ThresholdCleared, to=one))


def measured(queue: QueueNow, figure: str) -> float | None:
    """The value of a threshold's figure; None where nothing is known."""
    match figure:
        case "longest_wait_s":
            return queue.longest_wait_s or 0.0
        case "service_30m":
            return queue.last_30m.service.strict.rate
        case "service_today":
            return queue.today.service.strict.rate
        case "abandonment_30m":
            return queue.last_30m.abandonment.rate
        case "available":
            return float(queue.people.available)
        case _:
            return float(getattr(queue, figure))


NAMES: Final[dict[str, tuple[str, str]]] = {
    "waiting": ("contatti in attesa", "contacts waiting"),
    "longest_wait_s": ("attesa più lunga", "longest wait"),
    "at_risk": ("promesse a rischio", "promises at risk"),
    "breached": ("promesse scadute", "promises overdue"),
    "service_30m": ("livello di servizio, ultima mezz’ora", "service level, last half hour"),
    "service_today": ("livello di servizio di oggi", "service level today"),
    "abandonment_30m": ("rinunce, ultima mezz’ora", "abandonment, last half hour"),
    "available": ("persone pronte", "people ready"),
}
STATES: Final[dict[str, tuple[str, str]]] = {
    "ok": ("di nuovo a posto", "fine again"),
    "warn": ("attenzione", "attention"),
    "breach": ("oltre il limite", "past the limit"),
}


def words(threshold: Threshold, queue: str | None) -> dict[str, str]:
    """What happened, in Italian and English: «Luce e gas, attesa più lunga 5 minuti: oltre il limite.»"""
    out = {}
    for n, language in enumerate(("it", "en")):
        name = NAMES[threshold.figure][n]
        head = f"{queue}, {name}" if queue else name[:1].upper() + name[1:]
        value = _value(threshold, "it" if language == "it" else "en")
        out[language] = f"{head}{' ' + value if value else ''}: {STATES[threshold.state][n]}."
    return out


def _value(threshold: Threshold, language: Any) -> str:
    if threshold.value is None:
        return ""
    if threshold.figure == "longest_wait_s":
        return duration(threshold.value, language)
    if threshold.figure in ("service_30m", "service_today", "abandonment_30m"):
        return f"{int(threshold.value * 100 + 1e-9)}%"
    return f"{threshold.value:.0f}"


@recurring("floor.forget", "25 2 * * *")
async def forget(services: Services, job: Job) -> None:
    """Raised hands leave after 30 days, words to teams a day after nobody sees them any more."""
    async with services.database.reading() as connection:
        await connection.execute(
            "/* any workspace: old hands leave everywhere */ delete from raised_hand where raised_at < now() - $1 * interval '1 day'",
            KEPT_DAYS,
        )
        await connection.execute(
            "/* any workspace: old words leave everywhere */ delete from team_message where expires_at < now() - interval '1 day'"
        )
