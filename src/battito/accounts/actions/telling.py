"""Saying what became of people and teams, as colleagues see them."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from battito.accounts.events import TeamChanged, UserChanged
from battito.accounts.models import Person
from battito.accounts.queries import list_people, list_teams
from battito.platform.database import Tx


async def person_of(tx: Tx, user_id: UUID) -> Person | None:
    """Somebody as colleagues see them; None when they are not in the directory (disabled)."""
    return next((p for p in await list_people(tx.connection, tx.context) if p.id == user_id), None)


async def tell_people(tx: Tx, ids: Iterable[UUID], fields: Iterable[str], **more: Any) -> None:
    """One event for each person: these fields of the directory as they are now, and `more`."""
    people = {p.id: msgspec.to_builtins(p) for p in await list_people(tx.connection, tx.context)}
    for user_id in sorted(set(ids)):
        shown = {k: people[user_id][k] for k in fields} if user_id in people else {}
        if shown or more:
            tx.emit(UserChanged(user_id=user_id, changes={**shown, **more}))


async def tell_teams(tx: Tx, ids: Iterable[UUID]) -> None:
    """One event for each team that is still there."""
    teams = {t["id"]: t for t in await list_teams(tx.connection, tx.context)}
    for team_id in sorted(set(ids) & teams.keys()):
        tx.emit(TeamChanged(team_id=team_id, name=teams[team_id]["name"], team=teams[team_id]))
