"""The rules that tie an interaction to its conversation: whatever the state, following them once is enough."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from battito.routing.router.judge import PRIORITY, Adopt, Begin, End, Fact, Pull, Reprioritise, judge
from battito.routing.router.rows import Row

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
PEOPLE = [UUID(int=n) for n in (1, 2)]
QUEUES = [UUID(int=n) for n in (11, 12)]

facts = st.builds(
    Fact,
    id=st.just(UUID(int=100)),
    status=st.sampled_from(["open", "waiting", "snoozed", "resolved"]),
    owner_kind=st.none(),
    owner_id=st.none(),
    queue_id=st.sampled_from([None, *QUEUES]),
    routable=st.booleans(),
    channel=st.just("webchat"),
    priority=st.sampled_from(["low", "normal", "high", "urgent"]),
    waiting_since=st.sampled_from([None, NOW - timedelta(minutes=5)]),
    created_at=st.just(NOW - timedelta(hours=1)),
    live=st.booleans(),
    merged=st.booleans(),
    brand_id=st.none(),
    served_by=st.sampled_from([None, *PEOPLE]),
    settled=st.booleans(),
)
owners = st.sampled_from([(None, None), ("bot", UUID(int=9)), *(("agent", p) for p in PEOPLE)])


@st.composite
def worlds(draw: Any) -> tuple[Fact, Row | None]:
    """A conversation and its live interaction, in any states, whether they go together or not."""
    fact: Fact = draw(facts)
    kind, owner = draw(owners)
    routable = fact.routable and fact.queue_id is not None
    fact = Fact(
        **{
            **{f: getattr(fact, f) for f in fact.__struct_fields__},
            "owner_kind": kind,
            "owner_id": owner,
            "routable": routable,
        }
    )
    state = draw(st.sampled_from([None, "queued", "offered", "handling"]))
    if state is None:
        return fact, None
    return fact, Row(
        id=UUID(int=200), workspace_id=UUID(int=0), conversation_id=fact.id, channel=fact.channel, queue_id=draw(st.sampled_from(QUEUES)),
        via="queue", state=state, agent_id=None if state == "queued" else draw(st.sampled_from(PEOPLE)),
        priority=PRIORITY[draw(st.sampled_from(["low", "normal", "high", "urgent"]))], entered_at=NOW - timedelta(minutes=9), live=draw(st.booleans()),
    )  # fmt: skip


def follow(fact: Fact, row: Row | None, keep: bool) -> tuple[Fact, Row | None, list[Any]]:
    """What the steps make of it."""
    steps = judge(fact, row, NOW, keep_place=keep)
    for step in steps:
        match step:
            case Begin(entered_at=entered):
                assert row is None, "a second live interaction"
                row = Row(
                    id=UUID(int=201), workspace_id=UUID(int=0), conversation_id=fact.id, channel=fact.channel, queue_id=fact.queue_id, via="queue",
                    state="queued", priority=PRIORITY[fact.priority], entered_at=entered, live=fact.live,
                )  # fmt: skip
                fact = Fact(
                    **{**{f: getattr(fact, f) for f in fact.__struct_fields__}, "owner_kind": None, "owner_id": None}
                )
            case Adopt(agent=agent, via=via):
                assert row is None
                row = Row(
                    id=UUID(int=201), workspace_id=UUID(int=0), conversation_id=fact.id, channel=fact.channel, queue_id=fact.queue_id, via=via,
                    state="handling", agent_id=agent, priority=PRIORITY[fact.priority], entered_at=NOW, live=fact.live,
                )  # fmt: skip
            case Pull(agent=agent):
                assert row is not None
                row.state, row.agent_id = "handling", agent
            case End():
                assert row is not None
                row = None
            case Reprioritise(priority=priority):
                assert row is not None
                row.priority = priority
    return fact, row, steps


@given(worlds(), st.booleans())
def test_once_followed_there_is_nothing_left_to_do(world: tuple[Fact, Row | None], keep: bool) -> None:
    fact, row, _ = follow(*world, keep)
    assert judge(fact, row, NOW, keep_place=keep) == []


@given(worlds(), st.booleans())
def test_whoever_owns_it_handles_it_and_what_waits_is_routed(world: tuple[Fact, Row | None], keep: bool) -> None:
    before = world[1].entered_at if world[1] is not None else None
    fact, row, steps = follow(*world, keep)
    if fact.agent is not None:
        assert row is not None
        assert (row.state, row.agent_id) == ("handling", fact.agent)
    elif fact.waits:
        assert row is not None
        assert row.state in ("queued", "offered")
        assert row.queue_id == fact.queue_id
    if fact.merged or fact.status in ("resolved", "snoozed") or fact.owner_kind == "bot":
        assert row is None
    for step in steps:
        if isinstance(step, Begin) and before is not None:
            assert step.entered_at == (before if keep else NOW)
