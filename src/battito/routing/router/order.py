"""The order in which an engine hears what a round read, so that it decides nothing about what is over or given already.

Almost every call may make the engine give work to somebody, and a round reads several things at once. Memory takes in
what doors wrote before the first call; what leaves its line leaves it before anybody is free to be given it; whoever
comes into a queue comes last, in the order in which they came.
"""

from uuid import UUID

import msgspec

from battito.routing.router.follow import Follower
from battito.routing.router.judge import Begin, Fact
from battito.routing.router.rows import AgentRow, OfferRow, Row


class Heard(msgspec.Struct, kw_only=True):
    """What one round read. `fresh`: the engine was built a moment ago."""

    fresh: bool
    known: dict[UUID, list[Row]]
    """The rows in memory of each conversation that something may have happened to."""
    rows: dict[UUID, list[Row]]
    """Those that the database has."""
    offers: dict[UUID, OfferRow]
    facts: list[Fact]
    moved_anew: set[UUID]
    """Conversations that lost their place by the will of whoever moved them."""
    people: list[AgentRow]
    available: set[UUID]
    """Those of them who said that they are available."""


def follow(follower: Follower, heard: Heard) -> None:
    """Tell the engine all of it, and what time brings."""
    if heard.fresh:
        follower.drop_unanswerable()
    for one in sorted(heard.known):
        follower.take_in(heard.known[one], heard.rows.get(one, []), heard.offers)
    facts = sorted(heard.facts, key=lambda fact: fact.id)
    coming: list[tuple[Begin, Fact]] = []
    coming += follower.leave_line(facts, heard.moved_anew)
    if heard.fresh:
        follower.withdraw_from_absent()
    # presence before what makes the engine look for somebody, but after what those people did themselves
    busy = follower.busy
    for agent in heard.people:
        if agent.id not in busy:
            follower.agent(agent, said_available=agent.id in heard.available)
    follower.doors()
    for agent in heard.people:
        if agent.id in busy:
            follower.agent(agent, said_available=agent.id in heard.available)
    for fact in facts:
        if fact.id not in follower.left:
            begin = follower.fact(fact, keep_place=fact.id not in heard.moved_anew)
            if begin is not None:
                coming.append((begin, fact))
    due = follower.engine.next_timer()
    if due is not None and due <= follower.now:
        follower.tell("tick")
    if heard.fresh:
        follower.tell("settle")
    for begin, fact in sorted(coming, key=lambda one: (one[0].entered_at, one[1].id)):
        follower.begin(fact, begin)
    follower.let_go()
