"""Every action of the room x every role, and a foreign workspace: the same rule whichever door it came by."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from battito.accounts.permissions import BUILTIN_ROLES
from battito.automation.actions import macros, replies, run
from battito.automation.models import Follow, MacroEdit, NewMacro, NewReply, ReplyEdit
from battito.conversations.actions import (
    assign,
    drafts,
    labels,
    link,
    marks,
    merge,
    messages,
    route,
    split,
    start,
    state,
    undo,
    views,
)
from battito.conversations.actions.bulk import bulk
from battito.conversations.capabilities import Capabilities
from battito.platform.action import ACTIONS
from battito.platform.database import Tx
from battito.platform.errors import Forbidden, NotFound, Problem
from battito.platform.services import Services
from tests.conversations.doing import agent, do
from tests.support.workspace import Furnished, a_conversation, furnish

pytestmark = pytest.mark.postgres
Act = Callable[[Tx], Awaitable[Any]]


def acts(
    one: UUID, two: UUID, message: UUID, label: UUID, view: UUID, reply: UUID, macro: UUID, brand: UUID
) -> dict[str, Act]:
    """Each action on things of one workspace."""
    target = assign.Target(team_id=None)
    body = drafts.DraftBody(text="bozza")
    begin = start.NewConversation(client_id=uuid4(), channel="email", contact_id=uuid4(), text="x")
    able = Capabilities(starts=True, edit=True, delete=True)
    restore: dict[str, Any] = {
        "before": {"priority": "low"},
        "after": {"priority": "normal"},
        "key": ["priority"],
        "verb": "x",
    }
    return {
        "conversation.resolve": lambda tx: state.resolve(tx, one),
        "conversation.reopen": lambda tx: state.reopen(tx, one),
        "conversation.snooze": lambda tx: state.snooze(tx, one, until=None, until_reply=True),
        "conversation.wake": lambda tx: state.wake(tx, one),
        "conversation.assign": lambda tx: assign.assign(tx, one, target),
        "conversation.transfer": lambda tx: assign.transfer(tx, one, assign.Target(user_id=tx.context.actor.id)),
        "conversation.route": lambda tx: route.route(tx, one, priority="high", rule="x", version=1),
        "conversation.edit": lambda tx: marks.edit(tx, one, marks.Edit(subject="x")),
        "conversation.rename": lambda tx: marks.rename(tx, one, "x"),
        "conversation.prioritise": lambda tx: marks.prioritise(tx, one, "high"),
        "conversation.label": lambda tx: marks.label(tx, one, labels=[]),
        "conversation.set_brand": lambda tx: marks.set_brand(tx, one, brand),
        "conversation.read": lambda tx: marks.read(tx, one, 1),
        "conversation.follow": lambda tx: marks.follow(tx, one),
        "conversation.link": lambda tx: link.link(tx, one, two),
        "conversation.unlink": lambda tx: link.unlink(tx, one, two),
        "conversation.merge": lambda tx: merge.merge(tx, one, two),
        "conversation.unmerge": lambda tx: merge.unmerge(tx, one, two, uuid4()),
        "conversation.split": lambda tx: split.split(tx, one, [message], "x"),
        "conversation.unsplit": lambda tx: split.unsplit(tx, one, two, uuid4()),
        "conversation.restore": lambda tx: undo.restore(tx, one, **restore),
        "conversation.bulk": lambda tx: bulk(tx, [one], "resolve", {}),
        "conversation.start": lambda tx: start.start(tx, begin, capabilities=able),
        "draft.save": lambda tx: drafts.save_draft(tx, one, "reply", body),
        "draft.drop": lambda tx: drafts.drop_draft(tx, one, "reply"),
        "message.edit": lambda tx: messages.edit_message(
            tx, message, messages.MessageEdit(text="y"), capabilities=able
        ),
        "message.take_back": lambda tx: messages.take_back(tx, message, capabilities=able),
        "message.bring_back": lambda tx: messages.bring_back(tx, message, one),
        "message.retry": lambda tx: messages.retry(tx, message),
        "label.create": lambda tx: labels.create_label(tx, labels.NewLabel(name=uuid4().hex)),
        "label.edit": lambda tx: labels.edit_label(tx, label, labels.LabelEdit(name=uuid4().hex)),
        "label.remove": lambda tx: labels.remove_label(tx, label),
        "label.bring_back": lambda tx: labels.bring_back_label(tx, label),
        "view.create": lambda tx: views.create_view(tx, views.NewView(name="x")),
        "view.edit": lambda tx: views.edit_view(tx, view, views.ViewEdit(name="y")),
        "view.remove": lambda tx: views.remove_view(tx, view),
        "canned_reply.create": lambda tx: replies.create_reply(tx, NewReply(name="x", text="x")),
        "canned_reply.edit": lambda tx: replies.edit_reply(tx, reply, ReplyEdit(name="y")),
        "canned_reply.remove": lambda tx: replies.remove_reply(tx, reply),
        "canned_reply.bring_back": lambda tx: replies.bring_back_reply(tx, reply),
        "macro.create": lambda tx: macros.create_macro(tx, NewMacro(name="x", steps=[Follow()])),
        "macro.edit": lambda tx: macros.edit_macro(tx, macro, MacroEdit(name="y")),
        "macro.remove": lambda tx: macros.remove_macro(tx, macro),
        "macro.bring_back": lambda tx: macros.bring_back_macro(tx, macro),
        "macro.run": lambda tx: run.run_macro(tx, macro, one),
    }


async def arrange(services: Services, connection: Any, workspace: Furnished) -> dict[str, Act]:
    """Fresh things in a workspace, and the actions on them."""
    one, two = [await a_conversation(connection, workspace) for _ in range(2)]
    boss = workspace.supervisor.context
    note = await agent(services, boss, one, "nota", kind="note")
    label = await do(services, boss, lambda tx: labels.create_label(tx, labels.NewLabel(name=uuid4().hex)))
    view = await do(services, boss, lambda tx: views.create_view(tx, views.NewView(name="x", shared=True)))
    reply = await do(services, boss, lambda tx: replies.create_reply(tx, NewReply(name="x", text="x", scope="all")))
    macro = await do(
        services, boss, lambda tx: macros.create_macro(tx, NewMacro(name="x", steps=[Follow()], scope="all"))
    )
    return acts(one, two, note.id, label.id, view.id, reply.id, macro.id, workspace.brand_id)


async def test_every_action_asks_for_its_permission(services: Services, connection: Any, workspace: Furnished) -> None:
    for role, (_, permissions) in BUILTIN_ROLES.items():
        for name, act in (await arrange(services, connection, workspace)).items():
            needed = ACTIONS[name].permission
            context = workspace.members[role].context
            try:
                async with services.database.transaction(context) as tx:
                    await act(tx)
            except Forbidden as refused:
                if needed in permissions:
                    assert refused.code in ("not-owner", "not-author", "forbidden"), (role, name, refused)
                    continue
                assert needed is None or refused.extra.get("permission") == needed, (role, name, refused)
            except Problem as problem:
                assert needed in permissions, (role, name, problem)
                assert problem.status < 500, (role, name, problem)
            else:
                assert needed is None or needed in permissions, f"{role} could do {name}"


async def test_another_workspaces_things_are_not_there(
    services: Services, connection: Any, workspace: Furnished
) -> None:
    stranger = await furnish(connection)
    alone = {
        "label.create",
        "view.create",
        "canned_reply.create",
        "macro.create",
        "draft.drop",
        "conversation.start",
        "conversation.bulk",
    }
    before = await connection.fetchval("select count(*) from event where workspace_id = $1", workspace.id)
    things = await arrange(services, connection, workspace)
    arranged = await connection.fetchval("select count(*) from event where workspace_id = $1", workspace.id)
    for name, act in things.items():
        if name in alone:
            continue
        try:
            async with services.database.transaction(stranger.administrator.context) as tx:
                await act(tx)
        except NotFound:
            continue
        except Problem as problem:
            # what was never in the stranger's workspace may also be "gone", or a field that names nothing there
            assert problem.status in (410, 422), (name, problem)
        else:
            raise AssertionError(f"a stranger could do {name}")
    assert (
        await connection.fetchval("select count(*) from event where workspace_id = $1", workspace.id)
        == arranged
        > before
    )


def test_no_action_of_the_room_is_left_out() -> None:
    mine = {
        n
        for n, a in ACTIONS.items()
        if a.function.__module__.startswith(("battito.conversations.actions.", "battito.automation."))
    }
    elsewhere = {
        n
        for n in mine
        if ACTIONS[n].function.__module__.rsplit(".", 1)[1] in ("intake", "delivery", "recognise", "post")
    }
    tried = set(acts(*(uuid4() for _ in range(8))))
    # used through others: an undo by its own tests, a background run by the bulk's, an unsent answer by the macros'
    through_others = {"undo.use", "conversation.bulk_go_on", "message.unsend", "view.bring_back"}
    assert mine - elsewhere - tried <= through_others, mine - elsewhere - tried - through_others
