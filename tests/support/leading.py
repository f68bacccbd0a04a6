"""The test's own node routes a workspace, although servers of the same folder look for work, too."""

import time

from battito.platform.services import Services
from battito.routing.router.node import Router
from tests.support.workspace import Furnished

LEAVE = "update routing_lease set node = '', lock_key = 0 where workspace_id = $1 and node <> $2"


async def routed(services: Services, workspace: Furnished) -> None:
    """The router has looked at everything. Another node's lease is taken from it, as when that node goes."""
    end = time.monotonic() + 30
    while await services.get(Router).settled(workspace.id) is None:
        assert time.monotonic() < end, "the router does not come round"
        async with services.database.reading() as connection:
            await connection.execute(LEAVE, workspace.id, services.node)
