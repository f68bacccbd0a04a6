"""Saved views: one's own, or shared with everybody."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from battito.conversations.actions.change import remember
from battito.conversations.actions.undo import inverse
from battito.conversations.events import ViewChanged
from battito.conversations.filters import STANDARD, Filters, Order, join, parse
from battito.conversations.models import Conversation, View
from battito.conversations.queries.views import get_view, view_from
from battito.conversations.store import views as store
from battito.kit.ids import uuid7
from battito.platform.action import action
from battito.platform.actor import Context
from battito.platform.database import Tx
from battito.platform.errors import Forbidden, Invalid, Stale

MOST_VIEWS = 200
ViewName = Annotated[str, Meta(min_length=1, max_length=80)]
Position = Annotated[int, Meta(ge=0, le=100_000)]


class NewView(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A view to save."""

    name: ViewName
    filters: dict[str, Any] = {}
    order: Order = "due"
    shared: bool = False
    position: Position = 0


class ViewEdit(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What to change of a view."""

    name: ViewName | UnsetType = UNSET
    filters: dict[str, Any] | UnsetType = UNSET
    order: Order | UnsetType = UNSET
    shared: bool | UnsetType = UNSET
    position: Position | UnsetType = UNSET


async def resolve_view(connection: Any, context: Context, view: str, filters: Filters) -> tuple[str, Filters, Order]:
    """The standard view, filters and order behind a view's name or id, with `filters` narrowing it further.

    Raises `Invalid` for what is neither, `NotFound` for a saved view that is not the caller's to use.
    """
    if view in STANDARD:
        return view, filters, "due"
    try:
        view_id = UUID(view)
    except ValueError:
        raise Invalid(f"A view is one of {', '.join(STANDARD)}, or the id of a saved one.", field="view") from None
    saved = await get_view(connection, context, view_id)
    kept = dict(saved.filters)
    standard = str(kept.pop("view", "all"))
    return standard, join(parse(kept, me=context.actor.id), filters), saved.order


def check_filters(filters: dict[str, Any]) -> dict[str, Any]:
    """Filters that can be used, as they were given (`owner=me` stays `me`). Raises `Invalid` naming `filters.…`."""
    rest = {k: v for k, v in filters.items() if v not in (None, "", [])}
    standard = rest.get("view", "all")
    if standard not in STANDARD:
        raise Invalid(f"A saved view begins from one of {', '.join(STANDARD)}.", field="filters.view")
    try:
        parse({k: v for k, v in rest.items() if k != "view"}, me=UUID(int=0))
    except Invalid as error:
        raise Invalid(error.detail, fields={f"filters.{k}": v for k, v in error.fields.items()}) from None
    return rest


@action("view.create", permission="conversations.read")
async def create_view(tx: Tx, new: NewView) -> View:
    """Save a view."""
    _may_share(tx, new.shared)
    if await store.count_mine(tx) >= MOST_VIEWS:
        raise Invalid(f"One person keeps at most {MOST_VIEWS} views: take one away first.")
    view = View(
        id=uuid7(), name=_clean(new.name), shared=new.shared, mine=True, filters=check_filters(new.filters), order=new.order,
        position=new.position, version=1,
    )  # fmt: skip
    row = await store.insert(tx, view)
    return _changed(tx, None, view_from(row, tx.context), tx.context.user_id)


@action("view.edit", permission="conversations.read")
async def edit_view(tx: Tx, view_id: UUID, edits: ViewEdit, *, version: int | None = None) -> View:
    """Change a view: one's own, or a shared one with the permission `views.share`."""
    before = await _for_change(tx, view_id)
    if version is not None and before.version != version:
        raise Stale(current=msgspec.to_builtins(before))
    new = {name: value for name, value in msgspec.structs.asdict(edits).items() if value is not UNSET}
    if new.get("shared") and not before.shared:
        _may_share(tx, True)
    if "filters" in new:
        new["filters"] = check_filters(new["filters"])
    if "name" in new:
        new["name"] = _clean(new["name"])
    after = msgspec.structs.replace(before, **new, version=before.version + 1)
    owner = await store.update(tx, after)
    return _changed(tx, before, after, owner)


@action("view.remove", permission="conversations.read")
async def remove_view(tx: Tx, view_id: UUID) -> UUID | None:
    """Take a view away; the undo's id."""
    before = await _for_change(tx, view_id)
    owner = await store.delete(tx, view_id)
    _changed(tx, before, None, owner)
    arguments = {"view": msgspec.to_builtins(before), "owner_id": str(owner)}
    return await remember(tx, "view.remove", [{"action": "view.bring_back", "arguments": arguments}])


@inverse("view.bring_back")
@action("view.bring_back", permission="conversations.read")
async def bring_back_view(tx: Tx, view: dict[str, Any], owner_id: UUID) -> list[Conversation]:
    """A view that was taken away is there again."""
    back = msgspec.convert(view, View)
    if not back.mine:
        _may_share(tx, back.shared)
    await store.restore(tx, back, owner_id)
    _changed(tx, None, msgspec.structs.replace(back, version=back.version + 1), owner_id)
    return []


async def _for_change(tx: Tx, view_id: UUID) -> View:
    view = await get_view(tx.connection, tx.context, view_id, lock=True)
    if not view.mine:
        _may_share(tx, True)
    return view


def _may_share(tx: Tx, shared: bool) -> None:
    if shared and not tx.context.allows("views.share"):
        raise Forbidden("Sharing views with everybody needs the permission «views.share».", permission="views.share")


def _clean(name: str) -> str:
    line = " ".join(name.split())
    if not line or "\x00" in line:
        raise Invalid("A view needs a name.", field="name")
    return line


def _changed(tx: Tx, before: View | None, after: View | None, owner: UUID) -> View:
    view = after or before
    assert view is not None
    was, now = before is not None and before.shared, after is not None and after.shared
    if was or now:
        tx.emit(ViewChanged(view_id=view.id, owner_id=owner, view=after if now else None))
    if after is not None and not now:  # others see it no longer, or never did; its owner does
        tx.emit(ViewChanged(view_id=view.id, owner_id=owner, view=after, user_id=owner))
    if after is None and not was:
        tx.emit(ViewChanged(view_id=view.id, owner_id=owner, view=None, user_id=owner))
    tx.audit("view", view.id, before=msgspec.to_builtins(before), after=msgspec.to_builtins(after))
    return view
