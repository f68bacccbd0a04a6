"""Canned replies and macros: for whom they are, filled in for a customer, run as a whole and taken back as a whole."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from battito.automation.actions import macros, replies, run
from battito.automation.models import (
    Assign,
    CannedReply,
    Label,
    Macro,
    NewMacro,
    NewReply,
    Note,
    Reply,
    ReplyEdit,
    Resolve,
    Scope,
    SetPriority,
    Snooze,
    Step,
)
from battito.automation.queries import list_replies, preview_reply
from battito.conversations.actions import labels
from battito.conversations.actions.bulk import bulk
from battito.platform.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from battito.platform.services import Services
from tests.conversations.doing import customer, do, row, stream, undo
from tests.support.workspace import Furnished, a_contact, a_conversation, furnish

pytestmark = pytest.mark.postgres


async def keep(services: Services, workspace: Furnished, text: str, scope: Scope = "all", **fields: Any) -> CannedReply:
    new = NewReply(name=fields.pop("name", "Saluto"), text=text, scope=scope, **fields)
    return await do(services, workspace.supervisor.context, lambda tx: replies.create_reply(tx, new))


async def a_macro(services: Services, workspace: Furnished, *steps: Step) -> Macro:
    return await do(
        services,
        workspace.supervisor.context,
        lambda tx: macros.create_macro(tx, NewMacro(name="M", steps=list(steps), scope="all")),
    )


async def test_who_sees_and_changes_what(services: Services, connection: Any, workspace: Furnished) -> None:
    me, boss = workspace.agent.context, workspace.supervisor.context
    team = uuid4()
    await connection.execute("insert into team(id, workspace_id, name) values ($1, $2, 'Altra')", team, workspace.id)
    await keep(services, workspace, "x", "mine", name="del capo")
    await keep(services, workspace, "x", "team", name="di altri", team_id=team)
    await keep(services, workspace, "x", "team", name="nostra", team_id=workspace.team_id)
    brand = await keep(services, workspace, "x", "brand", name="della marca", brand_id=workspace.brand_id)
    everybody = await keep(services, workspace, "x", "all", name="di tutti")
    await do(services, me, lambda tx: replies.create_reply(tx, NewReply(name="mia", text="x")))
    async with services.database.reading() as connection_:
        assert [r.name for r in await list_replies(connection_, me)] == ["della marca", "di tutti", "mia", "nostra"]
        assert [r.can_edit for r in await list_replies(connection_, me)] == [False, False, True, False]
    for act in (
        lambda tx: replies.edit_reply(tx, everybody.id, ReplyEdit(name="y")),
        lambda tx: replies.remove_reply(tx, brand.id),
        lambda tx: replies.create_reply(tx, NewReply(name="y", text="x", scope="all")),
    ):
        with pytest.raises(Forbidden):
            await do(services, me, act)
    stranger = await furnish(connection)
    with pytest.raises(NotFound):
        await do(
            services,
            stranger.administrator.context,
            lambda tx: replies.edit_reply(tx, everybody.id, ReplyEdit(name="y")),
        )
    with pytest.raises(Stale):
        await do(services, boss, lambda tx: replies.edit_reply(tx, everybody.id, ReplyEdit(name="y"), version=7))
    with pytest.raises(Invalid):
        await keep(services, workspace, "x", "team")


async def test_one_that_was_taken_away_comes_back(services: Services, workspace: Furnished) -> None:
    boss = workspace.supervisor.context
    reply = await keep(services, workspace, "x")
    undo_id = await do(services, boss, lambda tx: replies.remove_reply(tx, reply.id))
    async with services.database.reading() as connection:
        assert await list_replies(connection, boss) == []
    await undo(services, boss, undo_id)
    async with services.database.reading() as connection:
        assert [r.id for r in await list_replies(connection, boss)] == [reply.id]


async def test_shortcuts_come_first_and_a_brands_own_only_there(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    await keep(services, workspace, "parla di saldo", name="Zeta")
    await keep(services, workspace, "x", name="Altro", shortcut="saldo")
    await keep(services, workspace, "x", "brand", name="Marca", brand_id=workspace.brand_id)
    elsewhere = await a_conversation(connection, workspace)
    await connection.execute("update conversation set brand_id = null where id = $1", elsewhere)
    async with services.database.reading() as reading:
        assert [r.name for r in await list_replies(reading, me, ";sal")] == ["Altro", "Zeta"]
        assert [r.name for r in await list_replies(reading, me, "", elsewhere)] == ["Altro", "Zeta"]
        assert await list_replies(reading, me, "%") == []


async def test_filled_in_for_a_customer(services: Services, connection: Any, workspace: Furnished) -> None:
    me = workspace.agent.context
    contact = await a_contact(connection, workspace, "Teresa Colombo")
    one = await a_conversation(connection, workspace, contact=contact)
    await connection.execute(
        "update contact set attributes = $2, language = 'it' where id = $1", contact, {"pod": "IT001"}
    )
    reply = await keep(
        services, workspace,
        'Gentile {{contact.first_name | "cliente"}}, POD {{contact.attributes.pod}}, azienda {{contact.company}}, {{agent.first_name}} di {{brand.name}},'
        " pratica {{conversation.number}}, {{date.today}}",
        html="<p>{{contact.name}}</p>",
    )  # fmt: skip
    async with services.database.reading() as reading:
        done = await preview_reply(reading, me, reply.id, one, datetime(2026, 11, 24, 10, tzinfo=UTC))
    assert (
        done.text
        == "Gentile Teresa, POD IT001, azienda {{contact.company}}, Agent di Prova, pratica 1, 24 novembre 2026"
    )
    assert (done.missing, done.html) == (["contact.company"], "<p>Teresa Colombo</p>")


async def everything(services: Services, workspace: Furnished) -> tuple[Macro, UUID]:
    label = await do(
        services, workspace.supervisor.context, lambda tx: labels.create_label(tx, labels.NewLabel(name="Fatto"))
    )
    reply = await keep(services, workspace, "Gentile {{contact.first_name}}, fatto.")
    return await a_macro(
        services, workspace, Reply(canned_reply_id=reply.id), Note(text="Chiuso da {{agent.name}}"), Label(add=[label.id]),
        Assign(me=True), SetPriority(priority="low"), Resolve(),
    ), label.id  # fmt: skip


async def test_a_macro_is_done_and_taken_back_as_a_whole(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    macro, label = await everything(services, workspace)
    one = await a_conversation(connection, workspace)
    await customer(services, workspace, one)
    before = await row(services, me, one)
    done = await do(services, me, lambda tx: run.run_macro(tx, macro.id, one))
    now = done.conversation
    assert now.owner is not None
    assert (now.status, now.labels, now.priority, now.owner.id, now.unread) == (
        "resolved",
        [label],
        "low",
        me.actor.id,
        0,
    )
    assert [m.text for m in await stream(services, me, one)] == [
        "Buongiorno",
        "Gentile Teresa, fatto.",
        "Chiuso da Agent Prova",
    ]
    back = await undo(services, me, done.undo)
    assert (back.undone, back.failed) == (2, [])
    after = await row(services, me, one)
    changed = {f for f in before.__struct_fields__ if getattr(before, f) != getattr(after, f)}
    # a message that was taken back still counts as one, and stays in the stream as such
    assert changed <= {"seq", "version", "preview", "last_message_at", "last_author_kind", "message_count"}
    assert back.conversations[0] == after
    assert [m.text for m in await stream(services, me, one)] == ["Buongiorno", "", ""]


async def test_an_answer_that_has_left_stays_and_the_rest_goes_back(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    macro, _ = await everything(services, workspace)
    one = await a_conversation(connection, workspace)
    done = await do(services, me, lambda tx: run.run_macro(tx, macro.id, one))
    await connection.execute("update message set status = 'sent' where conversation_id = $1 and kind = 'message'", one)
    back = await undo(services, me, done.undo)
    assert (back.undone, [f.code for f in back.failed]) == (1, ["already-sent"])
    after = await row(services, me, one)
    assert (after.labels, after.priority, after.status) == ([], "normal", "waiting")


async def test_all_steps_or_none(services: Services, connection: Any, workspace: Furnished) -> None:
    me = workspace.agent.context
    label = await do(
        services, workspace.supervisor.context, lambda tx: labels.create_label(tx, labels.NewLabel(name="x"))
    )
    broken = await a_macro(services, workspace, Label(add=[label.id]), Resolve(), Snooze(words="domani"))
    one = await a_conversation(connection, workspace)
    with pytest.raises(Conflict) as refused:
        await do(services, me, lambda tx: run.run_macro(tx, broken.id, one))
    assert refused.value.extra["step"] == 2
    assert "steps[2]" in refused.value.fields
    now = await row(services, me, one)
    assert (now.labels, now.status, now.seq) == ([], "open", 0)
    gap = await a_macro(services, workspace, Label(add=[label.id]), Reply(text="Per {{contact.company}}"))
    with pytest.raises(Invalid) as missing:
        await do(services, me, lambda tx: run.run_macro(tx, gap.id, one))
    assert (missing.value.code, missing.value.extra["missing"]) == ("missing-variables", ["contact.company"])
    assert await stream(services, me, one) == []


async def test_a_preview_does_nothing_and_names_what_would_fail(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    me = workspace.agent.context
    macro, _ = await everything(services, workspace)
    one = await a_conversation(connection, workspace)
    shown = await do(services, me, lambda tx: run.preview_macro(tx, macro.id, one))
    assert [(s.do, s.text) for s in shown.steps] == [
        ("reply", "Gentile Teresa, fatto."), ("note", "Chiuso da Agent Prova"), ("label", "+Fatto"), ("assign", "Agent Prova"), ("priority", "low"), ("resolve", ""),
    ]  # fmt: skip
    assert (await row(services, me, one)).seq == 0


async def test_a_macro_on_many(services: Services, connection: Any, workspace: Furnished) -> None:
    boss = workspace.supervisor.context
    macro, _ = await everything(services, workspace)
    many = [await a_conversation(connection, workspace) for _ in range(3)]
    done = await do(services, boss, lambda tx: bulk(tx, many, "macro", {"macro_id": str(macro.id)}))
    assert (done.done, done.failed) == (3, [])
    assert {(await row(services, boss, one)).status for one in many} == {"resolved"}
    back = await undo(services, boss, done.undo)
    assert back.undone == 3
    assert {(await row(services, boss, one)).status for one in many} == {"open"}


@pytest.mark.parametrize(
    ("steps", "field"),
    [
        ([Reply()], "steps[0].text"), ([Reply(text="{{boh}}")], "steps[0].text"), ([Resolve(), Label(add=[uuid4()])], "steps[1].labels"),
        ([Label()], "steps[0].add"), ([Snooze()], "steps[0].words"), ([Snooze(words="boh")], "steps[0].words"), ([Assign(user_id=uuid4())], "steps[0].user_id"),
        ([Reply(canned_reply_id=uuid4())], "steps[0]"),
    ],
)  # fmt: skip
async def test_steps_that_could_never_be_done(
    services: Services, workspace: Furnished, steps: list[Step], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await do(services, workspace.agent.context, lambda tx: macros.create_macro(tx, NewMacro(name="x", steps=steps)))
    assert list(refused.value.fields) == [field]


@pytest.mark.outside
async def test_the_doors(http: httpx.AsyncClient, connection: Any, workspace: Furnished) -> None:
    boss = workspace.supervisor.headers
    one = await a_conversation(connection, workspace)
    made = await http.post(
        "/api/v1/canned-replies",
        json={"name": "Ciao", "shortcut": "CIAO", "text": "Ciao {{contact.first_name}}", "scope": "all"},
        headers=boss,
    )
    assert (made.status_code, made.json()["shortcut"], made.headers["etag"]) == (201, "ciao", '"1"')
    path = f"/api/v1/canned-replies/{made.json()['id']}"
    shown = await http.post(f"{path}/preview", json={"conversation_id": str(one)}, headers=workspace.agent.headers)
    assert shown.json()["text"] == "Ciao Teresa"
    tried = await http.post(
        "/api/v1/canned-replies/preview",
        json={"conversation_id": str(one), "text": "{{contact.company}}!"},
        headers=boss,
    )
    assert tried.json()["missing"] == ["contact.company"]
    macro = await http.post(
        "/api/v1/macros",
        json={"name": "Via", "steps": [{"do": "assign", "me": True}, {"do": "resolve"}], "scope": "all"},
        headers=boss,
    )
    assert macro.status_code == 201
    done = await http.post(
        f"/api/v1/macros/{macro.json()['id']}/run", json={"conversation_id": str(one)}, headers=workspace.agent.headers
    )
    assert done.json()["conversation"]["status"] == "resolved"
    assert (await http.post(f"/api/v1/undo/{done.json()['undo']}", headers=workspace.agent.headers)).json()[
        "conversations"
    ][0]["status"] == "open"
    assert "contact.first_name" in (await http.get("/api/v1/canned-replies/variables", headers=boss)).json()
    for body, field in (
        ({"name": "x"}, "text"),
        ({"name": "x", "text": "x", "shortcut": "a b"}, "shortcut"),
        ({"name": " ", "text": "x"}, "name"),
    ):
        answer = await http.post("/api/v1/canned-replies", json=body, headers=boss)
        assert answer.status_code in (400, 422)
        assert field in [e["field"] for e in answer.json()["errors"]], answer.text
