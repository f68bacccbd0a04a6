"""Uploads that nobody used go; whatever is used, shared or about to be used stays."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from battito.conversations.queries.files import attachments_by_id
from battito.kit.ids import uuid7
from battito.platform.errors import Invalid, NotFound, Unavailable
from battito.platform.files import Files
from battito.platform.files.storage import ContentMissing
from battito.platform.files.unused import mark, remove, remove_content
from battito.platform.services import Services
from tests.support.workspace import Furnished, a_conversation

pytestmark = pytest.mark.postgres


async def upload(services: Services, workspace: Furnished, content: bytes, name: str = "nota.txt") -> UUID:
    return (await services.get(Files).put(workspace.id, name, content)).id


async def grow_old(connection: Any, workspace: Furnished) -> None:
    """A day goes by."""
    await connection.execute(
        "update file set created_at = created_at - interval '25 hours' where workspace_id = $1", workspace.id
    )


async def an_hour_later(connection: Any, workspace: Furnished) -> None:
    await connection.execute(
        "update file set unused_since = unused_since - interval '61 minutes' where workspace_id = $1", workspace.id
    )


async def there(connection: Any, workspace: Furnished) -> set[UUID]:
    return {r["id"] for r in await connection.fetch("select id from file where workspace_id = $1", workspace.id)}


async def test_only_what_nothing_refers_to_goes(services: Services, connection: Any, workspace: Furnished) -> None:
    unused = await upload(services, workspace, b"non usato")
    sent, drafted, canned, raw, waiting = [await upload(services, workspace, f"usato {n}".encode()) for n in range(5)]
    fresh_later = uuid7()
    conversation = await a_conversation(connection, workspace)
    await connection.execute(
        "insert into message(id, workspace_id, conversation_id, seq, kind, author_kind, author_name, channel, text, attachments, status, client_id, created_at)"
        " values ($1, $2, $3, 1, 'message', 'agent', 'A', 'email', '', $4, 'sent', $5, now())",
        uuid7(), workspace.id, conversation, [{"id": str(sent)}], uuid7(),
    )  # fmt: skip
    await connection.execute(
        "insert into draft(workspace_id, user_id, conversation_id, mode, attachments) values ($1, $2, $3, 'reply', $4)",
        workspace.id, workspace.agent.id, conversation, [{"id": str(drafted)}],
    )  # fmt: skip
    await connection.execute(
        "insert into canned_reply(id, workspace_id, user_id, name, text, attachments) values ($1, $2, $4, 'Modulo', 'x', $3)",
        uuid7(), workspace.id, [{"id": str(canned)}], workspace.agent.id,
    )  # fmt: skip
    account = uuid7()
    await connection.execute(
        "insert into channel_account(id, workspace_id, channel, name, address) values ($1, $2, 'webchat', 'W', $3)",
        account, workspace.id, account.hex,
    )  # fmt: skip
    for body, file, state in ((None, raw, "done"), (f'{{"files":["{waiting}"]}}'.encode(), None, "failed")):
        await connection.execute(
            "insert into inbox(id, workspace_id, account_id, provider_id, raw, raw_file, state) values ($1, $2, $3, $4, $5, $6, $7)",
            uuid7(), workspace.id, account, uuid7().hex, body, file, state,
        )  # fmt: skip
    await grow_old(connection, workspace)
    await connection.execute(
        "insert into file(id, workspace_id, sha256, name, content_type, size) values ($1, $2, '\\x00', 'nuovo', 'text/plain', 1)",
        fresh_later, workspace.id,
    )  # fmt: skip
    await mark(services)
    await remove(services)
    assert unused in await there(connection, workspace)  # marked only
    await an_hour_later(connection, workspace)
    await remove(services)
    assert await there(connection, workspace) == {sent, drafted, canned, raw, waiting, fresh_later}
    with pytest.raises(NotFound):
        await services.get(Files).read(workspace.id, unused)


async def test_the_same_content_stays_while_another_file_has_it(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    await upload(services, workspace, b"lo stesso contenuto", "uno.txt")
    await grow_old(connection, workspace)
    kept = await upload(services, workspace, b"lo stesso contenuto", "due.txt")
    await mark(services)
    await an_hour_later(connection, workspace)
    await remove(services)
    assert await there(connection, workspace) == {kept}
    assert await services.get(Files).read(workspace.id, kept) == b"lo stesso contenuto"


async def test_a_file_put_into_a_message_at_the_last_moment_stays(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    file = await upload(services, workspace, b"all'ultimo momento")
    await grow_old(connection, workspace)
    await mark(services)
    await an_hour_later(connection, workspace)
    assert (await attachments_by_id(connection, workspace.id, [file]))[0].id == file  # the message is being written
    await remove(services)
    assert file in await there(connection, workspace)
    await mark(services)  # it was looked at anew: and is marked again, because no message came of it
    await an_hour_later(connection, workspace)
    await remove(services)
    with pytest.raises(Invalid):
        await attachments_by_id(connection, workspace.id, [file])


async def test_the_same_bytes_come_again_while_they_are_removed(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    """Whichever is first: a file that counts has its bytes."""
    files = services.get(Files)
    for order in range(6):
        content = f"a gara {order}".encode()
        address = (await files.store(workspace.id, "x.txt", content)).sha256
        again = await files.store(workspace.id, "y.txt", content)  # found the bytes there

        async def record(file: Any = again) -> bool:
            async with services.database.transaction(workspace.system) as tx:
                await files.record(tx, file)
            return True

        steps = [remove_content(services, files, workspace.id, address), record()]
        results = await asyncio.gather(*(steps if order % 2 else steps[::-1]), return_exceptions=True)
        recorded = True in results
        if recorded:
            assert await files.read(workspace.id, again.id) == content
        else:
            assert any(isinstance(r, Unavailable) for r in results)
            with pytest.raises(ContentMissing):
                await files.storage.read(workspace.id, address)
            assert (await files.put(workspace.id, "z.txt", content)).size == len(content)  # and then it is kept
