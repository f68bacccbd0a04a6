"""The demonstration's site key is one for a whole installation, and tests of one worker share a database."""

import asyncpg

from battito.channels.webchat.demo import DEMO_SITE


async def free_demo_site(database_url: str) -> None:
    """Take the key away from whoever has it: a workspace of an earlier test."""
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(
            "/* any workspace */ update channel_account set enabled = false, address = address || '-' || id, settings = jsonb_set(settings, '{site_key}', to_jsonb(address || '-' || id))"
            " where channel = 'webchat' and address = $1",
            DEMO_SITE,
        )
    finally:
        await connection.close()
