"""Arranging the floor: targets, thresholds, whether figures of single people are shown."""

from uuid import UUID

import msgspec

from battito.insights.events import ReportsChanged, TargetChanged, ThresholdChanged
from battito.insights.models import LOW_IS_BAD, TargetWish, Threshold, ThresholdWish
from battito.insights.store import thresholds as store
from battito.insights.store.rolls import spoil
from battito.insights.store.thresholds import threshold_from
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Forbidden, Invalid, NotFound

TARGET = """
insert into service_target(id, workspace_id, queue_id, channel, target_s, share, short_s) values ($2, $1, $3, $4, $5, $6, $7)
on conflict (workspace_id, queue_id, channel) do update set target_s = excluded.target_s, share = excluded.share, short_s = excluded.short_s
"""
PEOPLE = "select count(*) from app_user where workspace_id = $1 and id = any($2) and disabled_at is null"
DROP_TARGET = "delete from service_target where workspace_id = $1 and queue_id is not distinct from $2 and channel is not distinct from $3"
QUEUE = "select true from queue where workspace_id = $1 and id = $2"


@action("metrics.set_target", permission=None)
async def set_target(tx: Tx, wish: TargetWish) -> TargetWish:
    """How fast is fast enough, for a queue, a channel, both or everything; for all figures, also of the past. Needs
    `floor.act` or `queues.manage`. Raises `Invalid`."""
    _may_set(tx)
    await _queue(tx, wish.queue_id)
    if wish.channel is not None and not wish.channel.isascii():
        raise Invalid("A channel is named by its kind, such as email.", field="channel")
    await tx.execute(
        TARGET, tx.workspace_id, uuid7(), wish.queue_id, wish.channel, wish.target_s, wish.share, wish.short_s
    )
    await spoil(tx, wish.queue_id, wish.channel)
    tx.audit("queue", wish.queue_id, after=wish)
    tx.emit(TargetChanged(target=wish))
    return wish


@action("metrics.drop_target", permission=None)
async def drop_target(tx: Tx, queue_id: UUID | None, channel: str | None) -> None:
    """Take a target away: the next nearest holds. Needs `floor.act` or `queues.manage`. Raises `NotFound`."""
    _may_set(tx)
    if not await tx.execute(DROP_TARGET, tx.workspace_id, queue_id, channel):
        raise NotFound("There is no such target in this workspace.")
    await spoil(tx, queue_id, channel)
    tx.audit("queue", queue_id, before={"channel": channel})
    tx.emit(TargetChanged(target=None))


def _may_set(tx: Tx) -> None:
    if not (tx.context.allows("floor.act") or tx.context.allows("queues.manage")):
        raise Forbidden(
            "This needs the permission «floor.act» or «queues.manage». An administrator can add it to your role.",
            permission="floor.act",
        )


@action("metrics.set_individual", permission="workspace.manage")
async def set_individual(tx: Tx, shown: bool) -> None:
    """Whether those with `reports.individual` see figures of single people."""
    before = await tx.fetchval(
        "select settings->'individual_figures' from workspace where id = $1 for update", tx.workspace_id
    )
    await tx.execute(
        "update workspace set settings = settings || jsonb_build_object('individual_figures', $2::boolean) where id = $1",
        tx.workspace_id, shown,
    )  # fmt: skip
    tx.audit("workspace", tx.workspace_id, before={"individual_figures": bool(before)}, after={"individual_figures": shown})  # fmt: skip
    tx.emit(ReportsChanged(individual_figures=shown))


@action("threshold.save", permission="floor.act")
async def save_threshold(tx: Tx, threshold_id: UUID | None, wish: ThresholdWish) -> Threshold:
    """Make a threshold, or change one, which then begins anew. Raises `Invalid`, `NotFound`, `Conflict("threshold-taken")`."""
    check(wish)
    await _queue(tx, wish.queue_id)
    if threshold_id is not None and not await tx.fetchval(
        "select true from floor_threshold where workspace_id = $1 and id = $2", tx.workspace_id, threshold_id
    ):
        raise NotFound("There is no such threshold in this workspace.")
    if await tx.fetchval(
        "select true from floor_threshold where workspace_id = $1 and queue_id is not distinct from $2 and figure = $3 and id is distinct from $4",
        tx.workspace_id, wish.queue_id, wish.figure, threshold_id,
    ):  # fmt: skip
        raise Conflict("This figure of this queue has a threshold already: change that one.", code="threshold-taken")
    tell = list(dict.fromkeys(wish.tell))
    if tell and await tx.fetchval(PEOPLE, tx.workspace_id, tell) != len(tell):
        raise Invalid("Somebody in this list does not work in this workspace any more.", field="tell")
    row = await tx.fetchrow(
        store.SAVE, tx.workspace_id, threshold_id or uuid7(), wish.queue_id, wish.figure, wish.warn, wish.breach, wish.clear,
        wish.hold_s, wish.enabled, tell,
    )  # fmt: skip
    threshold = threshold_from(row)
    tx.audit("threshold", threshold.id, after=wish)
    tx.emit(ThresholdChanged(threshold_id=threshold.id, threshold=threshold))
    return threshold


@action("threshold.remove", permission="floor.act")
async def remove_threshold(tx: Tx, threshold_id: UUID) -> None:
    """Take a threshold away. Raises `NotFound`."""
    row = await tx.fetchrow(
        f"delete from floor_threshold where workspace_id = $1 and id = $2 returning {store.COLUMNS}", tx.workspace_id, threshold_id
    )  # fmt: skip
    if row is None:
        raise NotFound("There is no such threshold in this workspace.")
    tx.audit("threshold", threshold_id, before=msgspec.to_builtins(threshold_from(row)))
    tx.emit(ThresholdChanged(threshold_id=threshold_id, threshold=None))


def check(wish: ThresholdWish) -> None:
    """Refuse levels that are not in order. Raises `Invalid` naming the field."""
    if wish.warn is None and wish.breach is None:
        raise Invalid("Say from where on to warn, or what is a breach.", field="warn")
    sign = -1.0 if wish.figure in LOW_IS_BAD else 1.0
    if wish.warn is not None and wish.breach is not None and sign * wish.warn > sign * wish.breach:
        raise Invalid("The breach must be worse than the warning.", field="breach")
    mildest = wish.warn if wish.warn is not None else wish.breach
    assert mildest is not None
    if wish.clear is not None and sign * wish.clear > sign * mildest:
        raise Invalid("It is over when it is better than the warning, not worse.", field="clear")


async def _queue(tx: Tx, queue_id: UUID | None) -> None:
    if queue_id is not None and not await tx.fetchval(QUEUE, tx.workspace_id, queue_id):
        raise Invalid("There is no such queue in this workspace.", field="queue_id")
