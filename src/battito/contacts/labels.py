"""The workspace's labels, as contacts and companies carry them."""

from collections.abc import Iterable
from uuid import UUID

from battito.platform.database import Tx
from battito.platform.errors import Invalid


async def check_labels(tx: Tx, ids: Iterable[UUID]) -> None:
    """Refuse labels of another workspace, and such as never were. Raises `Invalid` naming `labels`."""
    wanted = set(ids)
    if wanted and await tx.fetchval(
        "select count(*) from label where workspace_id = $1 and id = any($2::uuid[])", tx.workspace_id, list(wanted)
    ) != len(wanted):
        raise Invalid("One of these labels does not exist in this workspace.", field="labels")
