"""What a person changes about themselves."""

from typing import Any
from zoneinfo import available_timezones

import msgspec

from battito.accounts.actions.telling import tell_people
from battito.accounts.events import PresenceChanged
from battito.accounts.models import Presence, PresenceState
from battito.accounts.queries import get_presence
from battito.platform.action import action
from battito.platform.database import Tx
from battito.platform.errors import Invalid

LOCALES = ("it", "en")


class MyChanges(msgspec.Struct, forbid_unknown_fields=True):
    """Fields that are left out stay as they are."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    locale: str | msgspec.UnsetType = msgspec.UNSET
    timezone: str | msgspec.UnsetType = msgspec.UNSET
    settings: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET


@action("user.change_self", permission=None)
async def change_me(tx: Tx, changes: MyChanges) -> None:
    """Change one's own name, language, time zone or screen settings (merged key by key)."""
    if changes.name is not msgspec.UNSET and not (1 <= len(changes.name.strip()) <= 120):
        raise Invalid("A name has 1 to 120 characters.", field="name")
    if changes.locale is not msgspec.UNSET and changes.locale not in LOCALES:
        raise Invalid("Choose it or en.", field="locale")
    if changes.timezone is not msgspec.UNSET and changes.timezone not in available_timezones():
        raise Invalid("This is not a time zone such as Europe/Rome.", field="timezone")
    if changes.settings is not msgspec.UNSET and len(msgspec.json.encode(changes.settings)) > 20_000:
        raise Invalid("Settings hold at most 20 kB.", field="settings")
    given = {k: v for k, v in msgspec.structs.asdict(changes).items() if v is not msgspec.UNSET}
    before = await tx.fetchrow(
        "select name, locale, timezone from app_user where workspace_id = $1 and id = $2 for update",
        tx.workspace_id,
        tx.context.user_id,
    )
    await tx.execute(
        "update app_user set name = coalesce($3, name), locale = coalesce($4, locale), timezone = coalesce($5, timezone),"
        " settings = settings || coalesce($6, '{}'::jsonb), version = version + 1 where workspace_id = $1 and id = $2",
        tx.workspace_id, tx.context.user_id, given.get("name"), given.get("locale"), given.get("timezone"), given.get("settings"),
    )  # fmt: skip
    tx.audit(
        "user",
        tx.context.user_id,
        before=dict(before) if before else None,
        after={k: v for k, v in given.items() if k != "settings"},
    )
    own = {k: v for k, v in given.items() if k != "name"}
    await tell_people(tx, [tx.context.user_id], ["name", "initials"] if "name" in given else [], **own)


@action("presence.set", permission=None, audited=False)
async def set_presence(tx: Tx, state: PresenceState, reason: str | None) -> Presence:
    """Change one's own presence; during a contact it is kept as "next" and begins when the contact ends."""
    user_id = tx.context.user_id
    await tx.execute(
        "insert into presence(user_id, workspace_id) values ($1, $2) on conflict (user_id) do nothing",
        user_id,
        tx.workspace_id,
    )
    now = await get_presence(tx.connection, tx.workspace_id, user_id)
    if now.routing == "handling" and state in ("away", "offline"):
        await tx.execute(
            "update presence set next_state = $3, next_reason = $4 where workspace_id = $1 and user_id = $2",
            tx.workspace_id,
            user_id,
            state,
            reason,
        )
    else:
        await tx.execute(
            "update presence set state = $3, reason = $4, since = case when state = $3 and reason is not distinct from $4 then since else $5 end,"
            " next_state = null, next_reason = null where workspace_id = $1 and user_id = $2",
            tx.workspace_id, user_id, state, reason, tx.now,
        )  # fmt: skip
    presence = await get_presence(tx.connection, tx.workspace_id, user_id)
    tx.emit(PresenceChanged(presence=presence))
    return presence
