"""Two requests that wait for each other's rows: PostgreSQL ends one, and the caller does not notice."""

import asyncio
import json
from collections.abc import MutableMapping
from typing import Any

from battito.platform.database.pool import Database
from battito.platform.errors import Conflict
from battito.platform.http.collisions import ATTEMPTS, Again
from battito.platform.http.raw import AsgiApp, Receive, Scope, Send, read_body, respond, respond_problem
from tests.support.workspace import Furnished

BUMP = "update team set name = name || 'x' where workspace_id = $1 and name like $2 || '%'"


async def posted(app: AsgiApp, body: object) -> tuple[int, str]:
    """What `app` answers to a POST: status and text."""
    parts = [json.dumps(body)[:3].encode(), json.dumps(body)[3:].encode()]
    said: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        return {"type": "http.request", "body": parts.pop(0), "more_body": bool(parts)}

    async def send(message: MutableMapping[str, Any]) -> None:
        said.append(message)

    await app({"type": "http", "method": "POST", "path": "/x", "headers": [], "state": {}}, receive, send)
    return said[0]["status"], b"".join(m.get("body", b"") for m in said).decode()


class Rows:
    """An application that changes two teams in the order the caller names, and a while passes between them."""

    def __init__(self, database: Database, workspace: Furnished) -> None:
        self.database, self.context, self.runs = database, workspace.administrator.context, 0
        self.both = asyncio.Barrier(2)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.runs += 1
        first = self.runs <= 2
        names = json.loads(await read_body(receive, 1000))
        try:
            async with self.database.transaction(self.context) as tx:
                for name in names:
                    await tx.execute(BUMP, tx.workspace_id, name)
                    if first and name == names[0]:
                        await self.both.wait()
        except Conflict as conflict:
            await respond_problem(send, conflict, None)
        else:
            await respond(send, 200, json.dumps(names).encode())


async def teams(database: Database, workspace: Furnished) -> None:
    async with database.transaction(workspace.system) as tx:
        for name in ("alfa", "beta"):
            await tx.execute(
                "insert into team(id, workspace_id, name) values (gen_random_uuid(), $1, $2)", tx.workspace_id, name
            )


async def test_a_deadlock_is_run_again(database: Database, workspace: Furnished) -> None:
    await teams(database, workspace)
    rows = Rows(database, workspace)
    app = Again(rows)
    answers = await asyncio.gather(posted(app, ["alfa", "beta"]), posted(app, ["beta", "alfa"]))
    assert [status for status, _ in answers] == [200, 200]
    assert json.loads(answers[1][1]) == ["beta", "alfa"], "the body was read again from its beginning"
    assert rows.runs == 3
    async with database.reading() as connection:
        names = await connection.fetch(
            "select name from team where workspace_id = $1 order by 1", workspace.administrator.context.workspace_id
        )
    assert {"alfaxx", "betaxx"} <= {r["name"] for r in names}, "each change was made once for each request"


async def test_what_was_committed_is_not_done_twice(database: Database, workspace: Furnished) -> None:
    """A request that kept something before it collided is answered with the conflict."""
    await teams(database, workspace)
    rows = Rows(database, workspace)

    async def keeps_first(scope: Scope, receive: Receive, send: Send) -> None:
        async with database.transaction(workspace.administrator.context) as tx:
            await tx.execute("update brand set name = name where workspace_id = $1", tx.workspace_id)
        await rows(scope, receive, send)

    app = Again(keeps_first)
    answers = await asyncio.gather(posted(app, ["alfa", "beta"]), posted(app, ["beta", "alfa"]))
    assert sorted(status for status, _ in answers) == [200, 409]
    assert rows.runs == 2


async def test_a_collision_that_never_ends_is_told(database: Database, workspace: Furnished) -> None:
    runs = 0

    async def always(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal runs
        runs += 1
        try:
            async with database.transaction(workspace.administrator.context) as tx:
                await tx.execute("do $$ begin raise serialization_failure; end $$")
        except Conflict as conflict:
            await respond_problem(send, conflict, None)

    status, text = await posted(Again(always), {})
    assert (status, runs) == (409, ATTEMPTS)
    assert json.loads(text)["code"] == "conflict"


async def test_another_conflict_is_not_run_again(database: Database, workspace: Furnished) -> None:
    runs = 0

    async def taken(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal runs
        runs += 1
        await respond_problem(send, Conflict("Another team has this name."), None)

    assert (await posted(Again(taken), {}))[0] == 409
    assert runs == 1
