"""Every door x every role x things of another workspace and another brand. What is expected is what the code declares
(`@action(permission=…)`, `context.require("…")`); what happens is seen from outside, with real ids."""

import asyncio
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import httpx
import pytest

from battito.accounts.permissions import BUILTIN_ROLES, PERMISSIONS
from battito.platform.action import ACTIONS
from tests.outside.things import BODIES, Place, everything, received, request
from tests.support.doors import Door, doors
from tests.support.server import Process, serving

pytestmark = [pytest.mark.postgres, pytest.mark.outside, pytest.mark.slow]

OPEN = ("/sign-in", "/setup", "/password/", "/invitations/")
"""Doors for people who are not signed in: their own tests try them."""
SIGNED = "/files/{file_id}/signed/{token}"

EITHER: dict[str, list[set[str]]] = {
    "POST /conversations/bulk": [{"conversations.bulk"}],
    "POST /conversations": [{"conversations.handle"}],
    "GET /conversations/{conversation_id}": [{"conversations.read"}],
    "POST /conversations/{conversation_id}/messages": [{"conversations.handle"}],
    "GET /sessions": [set()],
    **{
        door: [{"floor.act"}, {"queues.manage"}]
        for door in ("PUT /users/{user_id}/skills", "PUT /users/{user_id}/limits", "PUT /teams/{team_id}/limits")
    },
    "PUT /floor/targets": [{"floor.act"}, {"queues.manage"}],
    "DELETE /floor/targets": [{"floor.act"}, {"queues.manage"}],
    **{
        door: [{"plans.manage"}, {"floor.act"}]
        for door in (
            "GET /twin/scenario",
            "POST /twin/check",
            "GET /twin/runs",
            "POST /twin/runs",
            "GET /twin/runs/{twin_run_id}",
            "PATCH /twin/runs/{twin_run_id}",
            "DELETE /twin/runs/{twin_run_id}",
            "POST /twin/runs/{twin_run_id}/cancel",
        )
    },
    "GET /metrics": [{"reports.read"}],  # by person it needs more
    "POST /undo/{undo_id}": [{"conversations.handle"}],  # what its steps need
    "GET /search": [{"conversations.read"}, {"contacts.read"}],
    **{
        door: [{"conversations.handle", "replies.write"}]  # they change what others see
        for door in (
            "PATCH /canned-replies/{reply_id}",
            "PATCH /macros/{macro_id}",
            "DELETE /canned-replies/{reply_id}",
            "DELETE /macros/{macro_id}",
        )
    },
    "POST /files": [{"conversations.handle"}, {"contacts.import"}],
    "GET /files/{file_id}": [{"conversations.read"}],
    "GET /files/{file_id}/preview": [{"conversations.read"}],
    "GET /channels": [{"conversations.read"}, {"channels.manage"}],
    "POST /macros/{macro_id}/preview": [{"conversations.read"}],
    "POST /canned-replies/{reply_id}/preview": [{"conversations.read"}],
    "POST /canned-replies/preview": [{"conversations.read"}],
}
"""Doors that ask for one of several, or for a part of what the code behind them could ask."""

OWN = {"user.totp_begin", "user.totp_confirm", "user.totp_remove", "user.recovery_codes", "user.passkey_add", "user.passkey_remove"}  # fmt: skip
"""What a person does at a screen; no key may."""

NO_DOOR = {
    "conversation.rename", "conversation.prioritise", "conversation.label", "conversation.set_brand", "conversation.wake", "conversation.restore",
    "conversation.unmerge", "conversation.unsplit", "conversation.bulk_go_on", "conversation.erase", "conversation.route", "message.bring_back", "message.unsend",
    "label.bring_back", "view.bring_back", "canned_reply.bring_back", "macro.bring_back",
}  # fmt: skip
"""Actions that are reached through others (undo, edit, bulk, erasure); tests/conversations tries each with every role."""

ENDING = ("/sign-out", "/erase", "/merge", "/split", "/me/password")
REFUSED_FOR_OTHER_REASONS = {"not-owner", "not-author", "merged"}


NOT_NOW = {
    "POST /me/totp/confirm", "POST /me/totp/remove", "POST /me/passkeys", "POST /me/password",  # without app, device, password
    "GET /files/{file_id}/preview", "GET /messages/{message_id}/raw", "PATCH /messages/{message_id}", "DELETE /messages/{message_id}",
    "POST /messages/{message_id}/retry", "POST /conversations", "POST /sign-on/check",  # no picture, no mail account, no such provider
    "PATCH /attributes/{attribute_id}", "POST /conversations/{conversation_id}/snooze", "POST /jobs/dead/{job_id}/retry", "DELETE /jobs/dead/{job_id}",
    "POST /undo/{undo_id}", "DELETE /roles/{role_id}", "DELETE /teams/{team_id}", "DELETE /hands/{hand_id}", "DELETE /floor/targets",  # used, or used up, by the doors before
    "POST /offers/{offer_id}/accept", "POST /offers/{offer_id}/decline", "POST /interactions/{interaction_id}/wrap-up",
    "POST /interactions/{interaction_id}/wrap-up/extend", "POST /interactions/{interaction_id}/wrap-up/end",
    "PUT /interactions/{interaction_id}/disposition",  # the router took the made-up offer back
}  # fmt: skip
"""Doors that even an administrator is refused here, for what the test cannot know."""


COUNT = "select count(*) from event where workspace_id = $1"
QUIETLY = {
    "draft.save", "draft.drop",  # of one person's own screens, which hold a version
    "user.totp_begin",  # not in force yet
    "user.send_link",  # a secret for one person
    "contact.export_data",  # changes nothing; it is in the audit log
    "conversation.read", "conversation.reopen", "macro.run", "conversation.unlink",  # here they find nothing to change
    "undo.use",
}  # fmt: skip
"""Actions that tell nobody."""


def name_of(door: Door) -> str:
    return f"{door.method} {door.path}"


def walk() -> list[Door]:
    """The doors in an order in which nothing is used up before its turn."""
    order = {"GET": 0, "PUT": 1, "PATCH": 2, "POST": 3, "DELETE": 5}
    tried = [d for d in doors() if not d.path.startswith(OPEN) and d.path != SIGNED]
    return sorted(tried, key=lambda d: (d.path == "/sign-out", order[d.method] + d.path.endswith(ENDING), d.path))


def allowed(door: Door, permissions: frozenset[str]) -> bool:
    ways: list[set[str]] = EITHER.get(name_of(door), [set(door.needs)])
    return any(way <= permissions for way in ways)


@pytest.fixture(scope="module")
def node(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """A server without rate limits: many people knock in a short time."""
    with serving(database_url, tmp_path_factory.mktemp("doors"), rate_limit="0") as process:
        yield process


HOLDS = {
    **{role: frozenset(permissions) for role, (_, permissions) in BUILTIN_ROLES.items()},
    "bare": frozenset[str](),
    "narrow": frozenset({"conversations.read"}),
}


def test_every_action_has_a_door_or_says_why_not() -> None:
    reached = {action for door in doors() for action in door.actions}
    assert set(ACTIONS) - reached == NO_DOOR
    assert all(info.permission is None or info.permission in PERMISSIONS for info in ACTIONS.values())


def test_every_door_that_takes_a_body_is_given_one() -> None:
    known = {name_of(d) for d in doors()}
    assert set(BODIES) <= known
    assert set(EITHER) <= known


@pytest.mark.parametrize("who", [*HOLDS, "nobody"])
async def test_a_door_opens_to_whom_it_says(node: Process, connection: Any, who: str) -> None:
    async with httpx.AsyncClient(base_url=node.url, timeout=60) as http:
        place = await everything(connection, http, who)
        place.ids["inbox_id"] = await received(connection, place)
        wrong = []
        events = await connection.fetchval(COUNT, place.workspace.id)
        for door in walk():
            if who in ("bare", "nobody") and door.path == "/sign-out":
                continue
            before = (
                await fingerprint(connection, place)
                if who in ("bare", "client", "nobody", "narrow") and door.method != "GET"
                else None
            )
            answer = await http.request(**request(name_of(door), place.ids), headers=place.headers[who])
            seen = f"{who}: {name_of(door)} needs {sorted(door.needs)}: {answer.status_code} {answer.text[:160]}"
            code = answer.json()["code"] if "problem+json" in answer.headers.get("content-type", "") else None
            if who == "nobody":
                fine = answer.status_code == 401
            elif not allowed(door, HOLDS[who]) or (who == "narrow" and door.actions & OWN):
                fine = answer.status_code == 403
            else:
                fine = answer.status_code < 500 and (
                    answer.status_code not in (401, 403)
                    or code in REFUSED_FOR_OTHER_REASONS
                    or (who == "narrow" and door.path.startswith("/me/"))
                )
            if who == "administrator" and name_of(door) not in NOT_NOW:
                fine = answer.status_code < 400
            if (
                who == "administrator"
                and door.actions
                and not door.path.endswith("/preview")
                and fine
                and answer.status_code < 300
            ):
                events, before_events = await connection.fetchval(COUNT, place.workspace.id), events
                if events == before_events and not door.actions <= QUIETLY:
                    wrong.append(f"no event: {seen}")
            if not fine:
                wrong.append(seen)
            if (
                before is not None
                and answer.status_code in (401, 403)
                and await fingerprint(connection, place) != before
            ):
                wrong.append(f"refused, but something changed: {seen}")
        assert not wrong, "\n".join(wrong)


BULK = "POST /conversations/bulk"
"""It says of each id how it went."""


async def test_another_workspaces_things_do_not_exist(node: Process, connection: Any) -> None:
    async with httpx.AsyncClient(base_url=node.url, timeout=60) as http:
        theirs = await everything(connection, http, "administrator")
        theirs.ids["inbox_id"] = await received(connection, theirs)
        mine = await everything(connection, http, "administrator")
        mine.ids["inbox_id"] = await received(connection, mine)
        me = mine.headers["administrator"]
        before = await fingerprint(connection, theirs)
        secret = set(theirs.ids.values()) | {str(m.id) for m in theirs.workspace.members.values()}
        wrong = []
        for door in walk():
            if door.path in ("/sign-out", "/me/password"):
                continue
            asked = request(name_of(door), theirs.ids, mine.ids)
            answer = await http.request(**asked, headers=me)
            if (
                "{" in door.path
                and answer.status_code != 404
                and not (answer.status_code == 422 and door.method == "POST" and "/me/" in door.path)
            ):
                wrong.append(f"foreign in the path: {name_of(door)}: {answer.status_code} {answer.text[:200]}")
            if answer.status_code < 300 and (leaked := [x for x in secret if x in answer.text]):
                wrong.append(f"shown: {name_of(door)}: {leaked}")
        for door in walk():  # now my own path, with their ids in the body
            if name_of(door) in BODIES and BODIES[name_of(door)](mine.ids) != BODIES[name_of(door)](
                mine.ids | theirs.ids
            ):
                for one in ids_in(door, mine.ids):
                    mixed = {**mine.ids, one: theirs.ids[one]}
                    answer = await http.request(**request(name_of(door), mine.ids, mixed), headers=me)
                    refused = 400 <= answer.status_code < 500 or (name_of(door) == BULK and answer.json()["done"] == 0)
                    if not refused:
                        wrong.append(
                            f"foreign {one} in the body: {name_of(door)}: {answer.status_code} {answer.text[:200]}"
                        )
        after = await fingerprint(connection, theirs)
        changed = {table for table in before if before[table] != after[table]}
        assert not wrong, "\n".join(wrong)
        assert not changed


def ids_in(door: Door, ids: dict[str, str]) -> list[str]:
    """Names of the ids that a door's body holds."""
    text = repr(BODIES[name_of(door)](ids))
    return [name for name, value in ids.items() if value in text]


async def test_another_brands_conversations_do_not_exist(node: Process, connection: Any) -> None:
    async with httpx.AsyncClient(base_url=node.url, timeout=60) as http:
        place = await everything(connection, http, "administrator")
        place.ids["inbox_id"] = await received(connection, place)
        await connection.execute(
            "update app_user set brand_ids = $2 where id = $1",
            place.workspace.administrator.id,
            [UUID(place.ids["brand_id"])],
        )  # only the second brand: everything lies in the first
        await connection.execute(
            "update channel_account set brand_id = $2 where id = $1",
            UUID(place.ids["account_id"]),
            place.workspace.brand_id,
        )
        user = place.workspace.administrator.id
        token = place.headers["administrator"]["authorization"]
        await http.patch(
            "/api/v1/me", headers=place.headers["supervisor"], json={"name": "Supervisore"}
        )  # contexts are forgotten
        async with httpx.AsyncClient(base_url=node.url, timeout=60) as again:
            end = time.monotonic() + 30  # other databases' transactions hold back what the node hears
            while (await again.get("/api/v1/conversations", headers={"authorization": token})).json()["items"]:
                assert time.monotonic() < end, f"{user} still sees another brand"
                await asyncio.sleep(0.1)
        before = await fingerprint(connection, place)
        wrong = []
        hidden = [v for k, v in place.ids.items() if k.startswith(("conversation", "message", "account"))]
        for door in walk():
            of_brand = any(
                part in door.path for part in ("{conversation_id}", "{message_id}", "{account_id}", "{inbox_id}")
            )
            with_conversation = name_of(door) in BODIES and "conversation_id" in repr(BODIES[name_of(door)](place.ids))
            if not of_brand and not with_conversation and door.method != "GET":
                continue
            answer = await http.request(**request(name_of(door), place.ids), headers={"authorization": token})
            if (of_brand or with_conversation) and answer.status_code != 404:
                wrong.append(f"{name_of(door)}: {answer.status_code} {answer.text[:200]}")
            if answer.status_code >= 500 or (
                answer.status_code < 300
                and door.path not in ("/audit", "/audit/export")
                and any(x in answer.text for x in hidden)
            ):
                wrong.append(
                    f"shown: {name_of(door)}: {answer.status_code} {[k for k, x in place.ids.items() if x in answer.text]}"
                )
        after = await fingerprint(connection, place)
        assert not wrong, "\n".join(wrong)
        assert {t for t in before if before[t] != after[t]} <= {"audit", "event", "app_user"}


QUIET = {
    "sign_in",
    "api_key",
    "idempotency",
    "job",
    "presence",
    "presence_span",
    "sign_in_failure",
    "search_document",
    "interaction",
    "offer",
    "agent_state",
    "routing_lease",
    "routing_log",
    "queue_pace",
    "metric_roll",
    "metric_state",
    "metric_dirty",
    "time_roll",
}
"""Tables that move by themselves: marks of use, and work in the background."""


async def fingerprint(connection: Any, place: Place) -> dict[str, str]:
    """What a workspace holds, table by table."""
    tables = await connection.fetch(
        "select c.relname as name from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped"
        " where c.relkind in ('r', 'p') and not c.relispartition and c.relnamespace = 'public'::regnamespace"
    )
    names = [t["name"] for t in tables if t["name"] not in QUIET and not t["name"].startswith("search_")]
    union = " union all ".join(
        f"select '{n}', coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {n} t where workspace_id = $1"
        for n in names
    )
    return {row[0]: row[1] for row in await connection.fetch(union, place.workspace.id)}
