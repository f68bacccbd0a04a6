"""Arranging policies. Whatever changes is looked at again for every open conversation, in the background."""

from collections.abc import Collection
from uuid import UUID

import msgspec

from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Conflict, Invalid, NotFound, Stale
from battito.sla import store
from battito.sla.events import PoliciesOrdered, PolicyChanged
from battito.sla.follow import APPLY
from battito.sla.models import AddLabel, MoveToQueue, Policy, PolicyRules, PolicyWish

MOST = 100
LOCK = f"select {store.POLICY} from sla_policy where workspace_id = $1 and removed_at is null order by id for update"
SAVE = f"""
insert into sla_policy(id, workspace_id, name, description, enabled, position, calendar_id, rules, updated_at)
values ($2, $1, $3, $4, $5, $6, $7, $8, $9)
on conflict (id) do update set name = excluded.name, description = excluded.description, enabled = excluded.enabled,
  calendar_id = excluded.calendar_id, rules = excluded.rules, updated_at = excluded.updated_at, version = sla_policy.version + 1
where sla_policy.workspace_id = $1 returning {store.POLICY}
"""
NAMED = {
    "queues": ("queue", "queue"),
    "brands": ("brand", "brand"),
    "labels": ("label", "label"),
    "segments": ("segment", "segment"),
}


@action("sla_policy.save", permission="queues.manage")
async def save_policy(tx: Tx, policy_id: UUID | None, wish: PolicyWish, *, version: int | None = None) -> Policy:
    """Make a policy (`policy_id` None), which comes last, or change one.

    Raises `Invalid` naming the field, `NotFound`, `Conflict("name-taken")`, `Stale` when `version` is not the one there is.
    """
    name = " ".join(wish.name.split())
    if not name or "\x00" in name:
        raise Invalid("Give it a name.", field="name")
    there = await _locked(tx)
    before = there.get(policy_id) if policy_id is not None else None
    if policy_id is not None:
        _current(before, version)
    elif len(there) >= MOST:
        raise Conflict(f"A workspace has at most {MOST} SLA policies.", code="too-many")
    if any(one.name.lower() == name.lower() and one.id != policy_id for one in there.values()):
        raise Conflict("Another SLA policy has this name.", code="name-taken", fields={"name": "is taken"})
    await check(tx, wish)
    if wish.enabled and not any(one.enabled for one in there.values()):
        await store.forget(tx)  # what the clocks knew while nothing was promised is old
    rules = PolicyRules(
        conditions=wish.conditions, targets=wish.targets, calendar_id=wish.calendar_id, pauses=wish.pauses, escalations=wish.escalations,
    )  # fmt: skip
    position = before.position if before else max((one.position for one in there.values()), default=-1) + 1
    row = await tx.fetchrow(
        SAVE, tx.workspace_id, policy_id or uuid7(), name, wish.description.strip(), wish.enabled, position, wish.calendar_id,
        msgspec.to_builtins(rules), tx.now,
    )  # fmt: skip
    assert row is not None  # it is locked
    policy = store.policy_from(row)
    tx.audit("sla_policy", policy.id, before=before, after=policy)
    tx.emit(PolicyChanged(policy_id=policy.id, policy=policy))
    _apply(tx)
    return policy


@action("sla_policy.order", permission="queues.manage")
async def order_policies(tx: Tx, ids: list[UUID]) -> list[Policy]:
    """Look at the policies in this order: all of them, each once. Raises `Invalid` naming `ids`."""
    there = await _locked(tx)
    if set(ids) != there.keys() or len(ids) != len(there):
        raise Invalid("Name every policy of the workspace once, in the order wanted.", field="ids")
    before = sorted(there.values(), key=lambda one: one.position)
    await tx.execute(
        "update sla_policy p set position = t.n - 1, version = p.version + 1 from unnest($2::uuid[]) with ordinality t(id, n)"
        " where p.workspace_id = $1 and p.id = t.id and p.position <> t.n - 1",
        tx.workspace_id, ids,
    )  # fmt: skip
    tx.audit("sla_policy", None, before=[str(one.id) for one in before], after=[str(one) for one in ids])
    tx.emit(PoliciesOrdered(ids=ids))
    _apply(tx)
    return await store.read_policies(tx.connection, tx.workspace_id)


@action("sla_policy.remove", permission="queues.manage")
async def remove_policy(tx: Tx, policy_id: UUID) -> None:
    """Take a policy away: what it promised no longer holds, what it measured stays. Raises `NotFound`."""
    before = (await _locked(tx)).get(policy_id)
    _current(before, None)
    await tx.execute(
        "update sla_policy set removed_at = $3, calendar_id = null where workspace_id = $1 and id = $2",
        tx.workspace_id, policy_id, tx.now,
    )  # fmt: skip
    tx.audit("sla_policy", policy_id, before=before)
    tx.emit(PolicyChanged(policy_id=policy_id, policy=None))
    _apply(tx)


async def check(tx: Tx, wish: PolicyWish) -> None:
    """Refuse what names something that is not there, or cannot be kept. Raises `Invalid` naming the field."""
    for kind in ("first", "next", "resolution"):
        target = getattr(wish.targets, kind)
        if target is not None and target.warn_before_s is not None and target.warn_before_s >= target.target_s:
            raise Invalid(
                "The warning comes before the target begins: warn later.", field=f"targets.{kind}.warn_before_s"
            )
    if wish.calendar_id is not None and not await tx.fetchval(
        "select true from calendar where workspace_id = $1 and id = $2", tx.workspace_id, wish.calendar_id
    ):
        raise Invalid("There is no such calendar in this workspace.", field="calendar_id")
    for name, (table, word) in NAMED.items():
        await _known(tx, table, word, getattr(wish.conditions, name), f"conditions.{name}")
    for n, escalation in enumerate(wish.escalations):
        for m, step in enumerate(escalation.steps):
            if isinstance(step, MoveToQueue):
                await _known(tx, "queue", "queue", [step.queue_id], f"escalations[{n}].steps[{m}].queue_id")
            elif isinstance(step, AddLabel):
                await _known(tx, "label", "label", step.labels, f"escalations[{n}].steps[{m}].labels")


async def _known(tx: Tx, table: str, word: str, ids: Collection[UUID], field: str) -> None:
    wanted = set(ids)
    if not wanted:
        return
    assert table in ("queue", "brand", "label", "segment")
    found = await tx.fetchval(
        f"select count(*) from {table} where workspace_id = $1 and id = any($2)", tx.workspace_id, list(wanted)
    )
    if found != len(wanted):
        raise Invalid(f"There is no such {word} in this workspace.", field=field)


async def _locked(tx: Tx) -> dict[UUID, Policy]:
    return {row["id"]: store.policy_from(row) for row in await tx.fetch(LOCK, tx.workspace_id)}


def _current(policy: Policy | None, version: int | None) -> None:
    if policy is None:
        raise NotFound("There is no such SLA policy in this workspace.")
    if version is not None and policy.version != version:
        raise Stale("Look at what it is now, then try again.", current=msgspec.to_builtins(policy))


def _apply(tx: Tx) -> None:
    tx.enqueue(APPLY, order_key=f"{APPLY} {tx.workspace_id}")
