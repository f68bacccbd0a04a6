"""One thing of every kind in a workspace, with real ids, and a body that means something for every door."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec

from battito.accounts.sessions import token_hash
from battito.kit.ids import uuid7
from tests.support.workspace import Furnished, a_contact, a_conversation, furnish

Ids = dict[str, str]
CSV = b"Nome,Email\nTeresa Colombo,teresa.colombo@example.it\n"


class Place(msgspec.Struct, frozen=True):
    """A furnished workspace with one thing of every kind."""

    workspace: Furnished
    ids: Ids
    headers: dict[str, dict[str, str]]
    """By who: the roles, `bare` (a role without permissions), `narrow` (an API key with one scope), `nobody`."""


async def everything(connection: Any, http: httpx.AsyncClient, who: str) -> Place:
    """A fresh workspace whose personal things (undo, view, session, passkey) belong to `who`."""
    workspace = await furnish(connection)
    headers = {name: member.headers for name, member in workspace.members.items()}
    headers |= {"nobody": {}, "bare": await _bare(connection, workspace), "narrow": await _key(connection, workspace)}
    owner = {"narrow": "administrator", "nobody": "administrator", "bare": "bare"}.get(who, who)
    owner_id = (
        await connection.fetchval("select user_id from sign_in where token_hash = $1", token_hash(headers[owner]["authorization"][7:]))
    )  # fmt: skip
    ids = await _by_hand(connection, workspace, owner_id)
    for name, value in (await _by_door(http, workspace)).items():
        ids[name] = value
    ids["view_id"] = await _view(connection, workspace, owner_id)
    ids["undo_id"] = await _undo(connection, workspace, owner_id, ids["conversation_id"])
    return Place(workspace, ids, headers)


async def _bare(connection: Any, workspace: Furnished) -> dict[str, str]:
    role, user, token = uuid7(), uuid7(), uuid7().hex
    await connection.execute(
        "insert into role(id, workspace_id, name, permissions) values ($1, $2, 'Nessuno', '{}')", role, workspace.id
    )
    await connection.execute(
        "insert into app_user(id, workspace_id, email, name) values ($1, $2, $3, 'Senza')",
        user,
        workspace.id,
        f"{user.hex}@example.it",
    )
    await connection.execute(
        "insert into user_role(workspace_id, user_id, role_id) values ($1, $2, $3)", workspace.id, user, role
    )
    await connection.execute(
        "insert into sign_in(id, workspace_id, user_id, token_hash, method, expires_at) values ($1, $2, $3, $4, 'test', now() + interval '1 day')",
        uuid7(), workspace.id, user, token_hash(token),
    )  # fmt: skip
    return {"authorization": f"Bearer {token}"}


async def _key(connection: Any, workspace: Furnished) -> dict[str, str]:
    token = f"bk_{uuid7().hex}"
    await connection.execute(
        "insert into api_key(id, workspace_id, user_id, name, token_hash, prefix, scopes) values ($1, $2, $3, 'stretta', $4, 'bk_', $5)",
        uuid7(), workspace.id, workspace.administrator.id, token_hash(token), ["conversations.read"],
    )  # fmt: skip
    return {"authorization": f"Bearer {token}"}


async def _by_hand(connection: Any, workspace: Furnished, owner: UUID) -> Ids:
    """What no door makes by itself."""
    ids: dict[str, Any] = {"user_id": workspace.other.id, "team_id": uuid7(), "brand_id": uuid7()}
    await connection.execute(
        "insert into team(id, workspace_id, name) values ($1, $2, 'Altra')", ids["team_id"], workspace.id
    )
    await connection.execute(
        "insert into brand(id, workspace_id, name) values ($1, $2, 'Altra')", ids["brand_id"], workspace.id
    )
    for name in ("conversation_id", "conversation_other", "conversation_merged", "conversation_split"):
        ids[name] = await a_conversation(connection, workspace)
    for name in ("contact_id", "contact_other", "contact_doomed", "contact_loser"):
        ids[name] = await a_contact(connection, workspace)
    ids["identity_id"] = await connection.fetchval("select id from identity where contact_id = $1", ids["contact_id"])
    for name, conversation, status in (("message_id", "conversation_id", "failed"), ("message_split", "conversation_split", "received"),
                                       ("message_stays", "conversation_split", "received")):  # fmt: skip
        ids[name] = uuid7()
        seq = await connection.fetchval(
            "update conversation set seq = seq + 1, message_count = message_count + 1 where id = $1 returning seq",
            ids[conversation],
        )
        await connection.execute(
            "insert into message(id, workspace_id, conversation_id, seq, kind, author_kind, author_id, author_name, channel, text, status, client_id, created_at)"
            " values ($1, $2, $3, $4, 'message', 'agent', $5, 'Qualcuno', 'email', 'Buongiorno', $6, $7, now())",
            ids[name], workspace.id, ids[conversation], seq, owner, status, uuid7(),
        )  # fmt: skip
    ids["session_id"], ids["passkey_id"], ids["run_id"], ids["job_id"] = uuid7(), uuid7(), uuid7(), uuid4().int >> 100
    await connection.execute(
        "insert into sign_in(id, workspace_id, user_id, token_hash, method, expires_at) values ($1, $2, $3, $4, 'test', now() + interval '1 day')",
        ids["session_id"], workspace.id, owner, token_hash(uuid7().hex),
    )  # fmt: skip
    await connection.execute(
        "insert into passkey(id, workspace_id, user_id, credential_id, public_key, name) values ($1, $2, $3, $4, '', 'telefono')",
        ids["passkey_id"], workspace.id, owner, uuid7().bytes,
    )  # fmt: skip
    await connection.execute(
        "insert into bulk_run(id, workspace_id, user_id, action, arguments, ids, permissions, finished_at) values ($1, $2, $3, 'read', '{}', '{}', '{}', now())",
        ids["run_id"], workspace.id, owner,
    )  # fmt: skip
    await connection.execute(
        "insert into dead_job(id, workspace_id, queue, kind, args, attempts, error, created_at) values ($1, $2, 'default', 'prova.niente', '{}', 1, 'x', now())",
        ids["job_id"], workspace.id,
    )  # fmt: skip
    ids["interaction_id"], ids["offer_id"] = uuid7(), uuid7()
    await connection.execute(
        "insert into interaction(id, workspace_id, conversation_id, channel, via, state, agent_id, entered_at) values ($1, $2, $3, 'email', 'queue', 'offered', $4, now())",
        ids["interaction_id"], workspace.id, ids["conversation_merged"], owner,
    )  # fmt: skip
    await connection.execute(
        "insert into offer(id, workspace_id, interaction_id, conversation_id, agent_id, made_at) values ($1, $2, $3, $4, $5, now())",
        ids["offer_id"], workspace.id, ids["interaction_id"], ids["conversation_merged"], owner,
    )  # fmt: skip
    for name, state in (("twin_run_id", "queued"), ("twin_run_doomed", "done")):
        ids[name] = uuid7()
        await connection.execute(
            "insert into twin_run(id, workspace_id, name, state, question, created_by, created_at) values ($1, $2, 'prova', $3, $4, $5, now())",
            ids[name], workspace.id, state, {"scenario": "queues: {}"}, owner,
        )  # fmt: skip
    return {name: str(value) for name, value in ids.items()}


async def _by_door(http: httpx.AsyncClient, workspace: Furnished) -> Ids:
    """What an administrator makes through the doors themselves."""
    ids: Ids = {}

    async def made(name: str, path: str, **sent: Any) -> Any:
        answer = await http.post(f"/api/v1{path}", headers=workspace.administrator.headers, **sent)
        assert answer.status_code in (200, 201), (path, answer.text)
        ids[name] = answer.json()["id"]
        return answer.json()

    mark = uuid4().hex[:12]
    await made("role_id", "/roles", json={"name": f"ruolo {mark}", "permissions": ["conversations.read"]})
    await made("label_id", "/labels", json={"name": f"etichetta {mark}"})
    await made("company_id", "/companies", json={"name": f"Azienda {mark}"})
    await made("attribute_id", "/attributes", json={"key": f"k{mark}", "label": "Campo"})
    await made("reply_id", "/canned-replies", json={"name": "saluto", "text": "Buongiorno", "scope": "all"})
    await made("macro_id", "/macros", json={"name": "segui", "steps": [{"do": "follow"}], "scope": "all"})
    await made("skill_id", "/skills", json={"name": f"abilità {mark}"})
    await made("disposition_id", "/dispositions", json={"name": f"esito {mark}"})
    await made("threshold_id", "/floor/thresholds", json={"figure": "waiting", "warn": 50, "enabled": False})
    await made("hand_id", "/hands", json={"text": "aiuto"})
    await made("team_message_id", "/floor/messages", json={"text": "Alle 15 riunione"})
    await made("queue_id", "/queues", json={"name": f"coda {mark}"})
    for name in ("segment_id", "segment_asked"):  # one to take away, one that rules ask for
        await made(name, "/segments", json={"name": f"{name} {mark}", "conditions": {"kind": "group"}})
    await made("calendar_id", "/calendars", json={"name": f"calendario {mark}", "week": OPEN_HOURS})
    await made("policy_id", "/sla-policies", json={"name": f"promessa {mark}", "enabled": False})
    ids["version_id"] = await _rules(http, workspace, ids)
    await made("key_id", "/api-keys", json={"name": "chiave", "scopes": ["conversations.read"]})
    await made("file_id", "/files", files={"file": ("nota.txt", b"ciao", "text/plain")})
    await made("import_id", "/contacts/imports", files={"file": ("contatti.csv", CSV, "text/csv")})
    await made(
        "account_id",
        "/channel-accounts",
        json={"channel": "webchat", "name": "Sito", "settings": {}, "brand_id": str(workspace.brand_id)},
    )
    await made(
        "provider_id",
        "/sign-on",
        json={"name": "Accesso", "issuer": "https://accesso.example", "client_id": "x", "enabled": False},
    )
    pair = []
    for name in ("Anna Riva", "Anna Riva B."):
        answer = await http.post("/api/v1/contacts", headers=workspace.administrator.headers, json={"name": name})
        pair.append(answer.json()["id"])
    answer = await http.post(
        f"/api/v1/contacts/{pair[0]}/merge", headers=workspace.administrator.headers, json={"loser_id": pair[1]}
    )
    assert answer.status_code in (200, 201), answer.text
    ids["merge_id"] = answer.json().get("merge_id") or answer.json()["id"]
    return ids


async def _rules(http: httpx.AsyncClient, workspace: Furnished, ids: Ids) -> str:
    """Two versions of the routing rules; the older one's id."""
    boss, versions = workspace.administrator.headers, []
    for draft in (1, 2):
        answer = await http.put("/api/v1/routing-rules/draft", headers=boss, json={"rules": [a_rule(ids)]})
        assert answer.status_code == 200, answer.text
        answer = await http.post("/api/v1/routing-rules/publish", headers=boss, json={"version": draft})
        assert answer.status_code == 200, answer.text
        versions.append(answer.json()["published"]["id"])
    return str(versions[0])


async def received(connection: Any, place: Place) -> str:
    """A payload in the inbox of the place's channel account."""
    inbox = uuid7()
    await connection.execute(
        "insert into inbox(id, workspace_id, account_id, provider_id, raw, state) values ($1, $2, $3, $4, '{}', 'failed')",
        inbox, place.workspace.id, UUID(place.ids["account_id"]), inbox.hex,
    )  # fmt: skip
    return str(inbox)


async def _view(connection: Any, workspace: Furnished, owner: UUID) -> str:
    view = uuid7()
    await connection.execute(
        "insert into saved_view(id, workspace_id, user_id, name, filters) values ($1, $2, $3, 'vista', '{}')",
        view,
        workspace.id,
        owner,
    )
    return str(view)


async def _undo(connection: Any, workspace: Furnished, owner: UUID, conversation: str) -> str:
    undo = uuid7()
    step = {"action": "conversation.restore", "arguments": {"conversation_id": conversation, "before": {"priority": "low"}, "after": {"priority": "normal"},
            "key": ["priority"], "verb": "prioritised"}}  # fmt: skip
    await connection.execute(
        "insert into undo(id, workspace_id, user_id, action, groups, expires_at) values ($1, $2, $3, 'conversation.edit', $4, now() + interval '10 minutes')",
        undo, workspace.id, owner, [[step]],
    )  # fmt: skip
    return str(undo)


def _provider(i: Ids) -> dict[str, Any]:
    return {
        "name": "Accesso",
        "issuer": "https://accesso.example",
        "client_id": "y",
        "default_role_id": i["role_id"],
        "enabled": False,
    }


OPEN_HOURS = [{"days": [0, 1, 2, 3, 4], "opens": "09:00", "closes": "18:00"}]


def labelled(i: Ids) -> dict[str, Any]:
    """Conditions that ask for a label."""
    asked = {"kind": "test", "fact": "label", "op": "any_of", "values": [i["label_id"]]}
    return {"kind": "group", "match": "all", "conditions": [asked]}


def a_rule(i: Ids) -> dict[str, Any]:
    """A routing rule that names a queue, a segment, a skill and a label."""
    asked = {"kind": "test", "fact": "segment", "op": "any_of", "values": [i["segment_asked"]]}
    then = {"queue_id": i["queue_id"], "requirement": {i["skill_id"]: 2}, "labels": [i["label_id"]]}
    return {"id": str(uuid4()), "name": "Regola", "when": {"kind": "group", "conditions": [asked]}, "then": then}


SCENARIO = "hours: 1\nreplications: 2\nqueues: {q: {arrivals_per_hour: 20, handle: {mean_s: 100}}}\nagents: [{name: tutti, count: 2}]\n"
FILE = {"file": ("nota.txt", b"ciao", "text/plain")}
BODIES: dict[str, Callable[[Ids], Any]] = {
    "POST /me/totp/confirm": lambda i: {"code": "123456"},
    "POST /me/totp/remove": lambda i: {"password": "x"},
    "POST /me/passkeys": lambda i: {"ticket": "x", "credential": {}},
    "POST /me/password": lambda i: {"current": "x", "password": "un'altra password lunga"},
    "PATCH /me": lambda i: {"name": "Nome Nuovo"},
    "PUT /me/presence": lambda i: {"state": "busy"},
    "POST /users": lambda i: {"name": "Nadia", "email": f"{uuid4().hex}@example.it", "roles": [i["role_id"]], "teams": [i["team_id"]], "brands": [i["brand_id"]]},
    "PATCH /users/{user_id}": lambda i: {"name": "Altra Persona", "roles": [i["role_id"]], "teams": [i["team_id"]], "brands": [i["brand_id"]]},
    "POST /teams": lambda i: {"name": uuid4().hex, "members": [i["user_id"]]},
    "PATCH /teams/{team_id}": lambda i: {"name": uuid4().hex, "members": [i["user_id"]]},
    "POST /roles": lambda i: {"name": uuid4().hex, "permissions": ["conversations.read"]},
    "PATCH /roles/{role_id}": lambda i: {"name": uuid4().hex, "permissions": ["conversations.read"]},
    "PUT /workspace/second-factor": lambda i: {"required": "off", "roles": [i["role_id"]]},
    "PATCH /workspace": lambda i: {"name": "Prova due"},
    "POST /brands": lambda i: {"name": uuid4().hex},
    "PATCH /brands/{brand_id}": lambda i: {"name": uuid4().hex},
    "POST /api-keys": lambda i: {"name": "chiave", "scopes": ["conversations.read"]},
    "POST /sign-on": _provider,
    "PATCH /sign-on/{provider_id}": _provider,
    "POST /sign-on/check": _provider,
    "POST /contacts": lambda i: {"name": "Carla Neri", "company_id": i["company_id"], "labels": [i["label_id"]]},
    "PATCH /contacts/{contact_id}": lambda i: {"company_id": i["company_id"], "labels": [i["label_id"]], "note": "x"},
    "POST /contacts/{contact_id}/identities": lambda i: {"kind": "email", "value": f"{uuid4().hex}@example.it"},
    "POST /contacts/{contact_id}/merge": lambda i: {"loser_id": i["contact_loser"]},
    "POST /contacts/{contact_id}/consents": lambda i: {"purpose": "marketing", "channel": "email", "granted": True, "text_version": "1"},
    "POST /companies": lambda i: {"name": uuid4().hex, "labels": [i["label_id"]]},
    "PATCH /companies/{company_id}": lambda i: {"name": uuid4().hex, "labels": [i["label_id"]]},
    "POST /attributes": lambda i: {"key": f"a{uuid4().hex[:10]}", "label": "Campo"},
    "PATCH /attributes/{attribute_id}": lambda i: {"key": f"a{uuid4().hex[:10]}", "label": "Campo"},
    "POST /contacts/imports": lambda i: {"file": ("contatti.csv", CSV, "text/csv")},
    "POST /contacts/imports/{import_id}/preview": lambda i: {"mapping": {"Nome": "name", "Email": "email"}},
    "POST /contacts/imports/{import_id}/start": lambda i: {"mapping": {"Nome": "name", "Email": "email"}},
    "POST /conversations": lambda i: {"client_id": str(uuid7()), "channel": "email", "contact_id": i["contact_id"], "text": "Buongiorno"},
    "PATCH /conversations/{conversation_id}": lambda i: {"priority": "high", "labels": [i["label_id"]], "brand_id": i["brand_id"]},
    "POST /conversations/{conversation_id}/messages": lambda i: {"client_id": str(uuid7()), "kind": "note", "text": "x", "mentions": [i["user_id"]], "attachments": [i["file_id"]]},
    "POST /conversations/{conversation_id}/assign": lambda i: {"team_id": i["team_id"], "queue_id": i["queue_id"]},
    "POST /conversations/{conversation_id}/transfer": lambda i: {"team_id": i["team_id"], "note": "x"},
    "POST /conversations/{conversation_id}/snooze": lambda i: {"until_reply": True},
    "POST /conversations/{conversation_id}/read": lambda i: {"seq": 1},
    "POST /conversations/{conversation_id}/merge": lambda i: {"into": i["conversation_other"]},
    "POST /conversations/{conversation_id}/split": lambda i: {"message_ids": [i["message_split"]], "subject": "x"},
    "POST /conversations/{conversation_id}/link": lambda i: {"other": i["conversation_other"]},
    "POST /conversations/{conversation_id}/unlink": lambda i: {"other": i["conversation_other"]},
    "POST /conversations/bulk": lambda i: {"action": "priority", "arguments": {"priority": "low"}, "ids": [i["conversation_other"]]},
    "PUT /conversations/{conversation_id}/drafts/{mode}": lambda i: {"text": "bozza", "attachments": [i["file_id"]]},
    "PATCH /messages/{message_id}": lambda i: {"text": "x"},
    "POST /skills": lambda i: {"name": uuid4().hex},
    "PATCH /skills/{skill_id}": lambda i: {"name": uuid4().hex},
    "PUT /users/{user_id}/skills": lambda i: {"skills": {i["skill_id"]: 3}},
    "PUT /users/{user_id}/limits": lambda i: {"capacity": 3},
    "PUT /teams/{team_id}/limits": lambda i: {"capacity": 3},
    "PUT /routing": lambda i: {},
    "POST /dispositions": lambda i: {"name": uuid4().hex, "queue_id": i["queue_id"]},
    "PATCH /dispositions/{disposition_id}": lambda i: {"name": uuid4().hex, "queue_id": i["queue_id"]},
    "POST /offers/{offer_id}/decline": lambda i: {"reason": "pausa"},
    "POST /interactions/{interaction_id}/wrap-up/extend": lambda i: {"seconds": 30},
    "POST /interactions/{interaction_id}/wrap-up/end": lambda i: {},
    "PUT /interactions/{interaction_id}/disposition": lambda i: {"disposition_id": i["disposition_id"]},
    "PUT /users/{user_id}/presence": lambda i: {"state": "busy"},
    "POST /hands": lambda i: {"conversation_id": i["conversation_id"], "text": "aiuto"},
    "POST /floor/messages": lambda i: {"team_id": i["team_id"], "text": "Alle 15 riunione"},
    "POST /floor/thresholds": lambda i: {"queue_id": i["queue_id"], "figure": "breached", "warn": 1},
    "PATCH /floor/thresholds/{threshold_id}": lambda i: {"queue_id": i["queue_id"], "figure": "longest_wait_s", "warn": 60, "breach": 300},
    "PUT /floor/targets": lambda i: {"queue_id": i["queue_id"], "target_s": 20},
    "POST /twin/check": lambda i: {"scenario": SCENARIO},
    "POST /twin/runs": lambda i: {"name": "due in più", "scenario": SCENARIO, "changes": [{"do": "people", "profile": "tutti", "count": 2}]},
    "PATCH /twin/runs/{twin_run_id}": lambda i: {"name": "martedì", "kept": True},
    "PUT /metrics/settings": lambda i: {"individual_figures": True},
    "POST /labels": lambda i: {"name": uuid4().hex},
    "PATCH /labels/{label_id}": lambda i: {"name": uuid4().hex},
    "POST /views": lambda i: {"name": uuid4().hex},
    "PATCH /views/{view_id}": lambda i: {"name": uuid4().hex},
    "POST /snooze/parse": lambda i: {"words": "domani alle 9"},
    "POST /contacts/{contact_id}/erase": lambda i: {"reason": "richiesta"},
    "PUT /privacy/retention": lambda i: {"rules": [{"channel": "email", "days": 3000}]},
    "POST /canned-replies": lambda i: {"name": "x", "text": "y", "attachments": [i["file_id"]]},
    "PATCH /canned-replies/{reply_id}": lambda i: {"name": "x", "attachments": [i["file_id"]]},
    "POST /canned-replies/{reply_id}/preview": lambda i: {"conversation_id": i["conversation_id"]},
    "POST /canned-replies/preview": lambda i: {"conversation_id": i["conversation_id"], "text": "x"},
    "POST /macros": lambda i: {"name": "x", "steps": [{"do": "label", "add": [i["label_id"]]}]},
    "PATCH /macros/{macro_id}": lambda i: {"name": "x", "steps": [{"do": "assign", "team_id": i["team_id"]}]},
    "POST /macros/{macro_id}/preview": lambda i: {"conversation_id": i["conversation_id"]},
    "POST /macros/{macro_id}/run": lambda i: {"conversation_id": i["conversation_id"]},
    "POST /channel-accounts": lambda i: {"channel": "webchat", "name": "Sito", "brand_id": i["brand_id"], "team_id": i["team_id"], "queue_id": i["queue_id"]},
    "PATCH /channel-accounts/{account_id}": lambda i: {"name": "Sito", "team_id": i["team_id"], "queue_id": i["queue_id"]},
    "POST /channel-accounts/{account_id}/test": lambda i: {"to": "x@example.it"},
    "POST /jobs/dead/retry": lambda i: {"kind": "prova.niente"},
    "POST /files": lambda i: FILE,
    "POST /calendars": lambda i: {"name": uuid4().hex, "week": OPEN_HOURS},
    "PATCH /calendars/{calendar_id}": lambda i: {"name": uuid4().hex, "week": OPEN_HOURS},
    "POST /calendars/preview": lambda i: {"name": "x", "week": OPEN_HOURS},
    "POST /sla-policies": lambda i: {"name": uuid4().hex, "conditions": {"queues": [i["queue_id"]], "brands": [i["brand_id"]], "labels": [i["label_id"]]}},
    "PATCH /sla-policies/{policy_id}": lambda i: {"name": uuid4().hex, "escalations": [{"on": "warned", "steps": [{"do": "queue", "queue_id": i["queue_id"]}]}]},
    "PUT /sla-policies/order": lambda i: {"ids": [i["policy_id"]]},
    "POST /sla-policies/try": lambda i: {"conversation_id": i["conversation_id"]},
    "POST /segments": lambda i: {"name": uuid4().hex, "conditions": labelled(i)},
    "PATCH /segments/{segment_id}": lambda i: {"name": uuid4().hex, "conditions": labelled(i)},
    "POST /segments/preview": lambda i: {"conditions": labelled(i)},
    "PUT /routing-rules/draft": lambda i: {"rules": [a_rule(i)]},
    "POST /routing-rules/check": lambda i: {"rules": [a_rule(i)]},
    "POST /routing-rules/publish": lambda i: {"version": 3, "note": "x"},
    "POST /routing-rules/versions/{version_id}/restore": lambda i: {"note": "x"},
    "POST /routing-rules/try": lambda i: {"conversation_id": i["conversation_id"]},
    "POST /queues": lambda i: {"name": uuid4().hex, "brand_id": i["brand_id"], "team_ids": [i["team_id"]]},
    "PATCH /queues/{queue_id}": lambda i: {"name": uuid4().hex, "brand_id": i["brand_id"], "team_ids": [i["team_id"]]},
}  # fmt: skip
"""What is sent to each door that takes a body."""

QUERIES: dict[str, dict[str, str]] = {
    "GET /contacts/{contact_id}/may-contact": {"purpose": "marketing", "channel": "email"},
    "GET /floor/contacts": {"figure": "waiting"},
    "GET /metrics/sla": {"from": "2026-05-04", "to": "2026-05-05"},
    "GET /calendars/{calendar_id}/time": {"from": "2026-05-04T08:00:00Z", "to": "2026-05-05T08:00:00Z"},
    "GET /metrics": {"from": "2026-05-04", "to": "2026-05-05"},
}
UPLOADS = ("POST /files", "POST /contacts/imports")
STANDS_FOR: dict[str, dict[str, str]] = {
    "POST /contacts/{contact_id}/erase": {"contact_id": "contact_doomed"},
    "DELETE /twin/runs/{twin_run_id}": {"twin_run_id": "twin_run_doomed"},
    "POST /conversations/{conversation_id}/merge": {"conversation_id": "conversation_merged"},
    "POST /conversations/{conversation_id}/split": {"conversation_id": "conversation_split"},
}
"""Doors that end something use up a thing of their own."""


def address(door: str, ids: Ids) -> str:
    """The path of a door with real ids."""
    path = door.split(" ")[1]
    for name in [part[1:-1] for part in path.split("/") if part.startswith("{")]:
        key = STANDS_FOR.get(door, {}).get(name, name)
        path = path.replace(f"{{{name}}}", {"mode": "reply", "token": "nessuno"}.get(name) or ids[key])
    return f"/api/v1{path}"


def request(door: str, ids: Ids, body_ids: Ids | None = None) -> dict[str, Any]:
    """Arguments for httpx: method, address, body; ids in the body from `body_ids` when given."""
    out: dict[str, Any] = {"method": door.split(" ")[0], "url": address(door, ids), "params": QUERIES.get(door)}
    body = BODIES.get(door)
    if body is not None:
        out["files" if door in UPLOADS else "json"] = body(body_ids or ids)
    return out
