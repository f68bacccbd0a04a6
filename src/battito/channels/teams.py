"""Channel accounts let go of a team that is deleted: their conversations then begin without one."""

from typing import Final
from uuid import UUID

from battito.accounts.leaving import lets_go_of_teams
from battito.channels.accounts import AccountChanged
from battito.platform.database import Tx

LET_GO: Final = """
update channel_account set team_id = null, version = version + 1 where workspace_id = $1 and team_id = $2 returning id, brand_id, version
"""


@lets_go_of_teams("channels")
async def let_go(tx: Tx, team_id: UUID) -> None:
    """Take the team out of every account, each with its event."""
    for row in await tx.fetch(LET_GO, tx.workspace_id, team_id):
        changes = {"team_id": None, "version": row["version"]}
        tx.emit(AccountChanged(account_id=row["id"], changes=changes, brand_id=row["brand_id"]))
