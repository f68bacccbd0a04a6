"""What other rooms do in the same transaction when a team is deleted: each lets go of it in its own rows, and says so."""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from battito.platform.database import Tx

LettingGo = Callable[[Tx, UUID], Awaitable[None]]

TEAM_GOES: Final[dict[str, LettingGo]] = {}


def lets_go_of_teams(room: str) -> Callable[[LettingGo], LettingGo]:
    """Declare how a room lets go of a team that is about to be deleted."""

    def wrap(let_go: LettingGo) -> LettingGo:
        TEAM_GOES[room] = let_go
        return let_go

    return wrap
