"""Calls about agents: signing in and out, presence, skills, wrap-up."""

from collections.abc import Iterable

from battito.routing.engine.config import FULL_CAPACITY, Id, Levels, Presence, check_levels
from battito.routing.engine.core import Core, held_in_order
from battito.routing.engine.decisions import Decision, PresenceAsked, Requeued, WrapUpExtended
from battito.routing.engine.errors import AlreadyKnown, Unknown, WrongState
from battito.routing.engine.matching import merge_skills
from battito.routing.engine.records import (
    GONE,
    OFFERED,
    Agent,
    Interaction,
    WrapUp,
)


class AgentCalls(Core):
    """What agents do, or has done to them. Each call returns the decisions it led to."""

    def add_agent(
        self,
        agent_id: Id,
        now: float,
        *,
        skills: Levels | None = None,
        queues: Iterable[Id] = (),
        channels: Iterable[str] | None = None,
        capacity: int = FULL_CAPACITY,
        presence: Presence = Presence.AVAILABLE,
        reason: str | None = None,
    ) -> list[Decision]:
        """Sign an agent in. `queues` they belong to, `channels` they take (None: all), `capacity` in units."""
        if agent_id in self.agents:
            raise AlreadyKnown("agent", agent_id)
        check_levels(skills or {}, f"agent {agent_id}")
        if capacity <= 0:
            raise ValueError(f"agent {agent_id}: capacity must be above 0, not {capacity}")
        self._agent_number += 1
        kinds = None if channels is None else frozenset(channels)
        merged = merge_skills(skills or {}, tuple(queues))
        agent = Agent(agent_id, self._agent_number, merged, kinds, capacity, now)
        self.agents[agent_id] = agent
        self.place_agent(agent)
        out: list[Decision] = []
        self._let_presence_be(agent, presence, reason, now, out)
        self._serve(agent, now, out)
        return out

    def remove_agent(self, agent_id: Id, now: float, *, requeue: bool = True) -> list[Decision]:
        """Sign an agent out at once. Offers go back; wrap-up ends.

        What they were handling waits again with its key (`requeue`), or leaves the router, to be brought back by
        the caller when and where they like.
        """
        agent = self._agent(agent_id)
        out: list[Decision] = []
        agent.presence = Presence.OFFLINE
        agent.next = None
        self._weigh(agent)
        back = []
        for work in held_in_order(agent):
            if isinstance(work, WrapUp):
                self._end_wrap_up(work, now, out, timed_out=False)
            elif work.state is OFFERED:
                self._withdraw(work, now, out, "agent-left")
                back.append(work)
            elif requeue:
                self._let_go(work, agent, now, out)
                work.agent = None
                work.interrupted = False
                out.append(Requeued(work.id, agent_id, work.plan.queue))
                back.append(work)
            else:
                self._let_go(work, agent, now, out)
                work.state = GONE
                del self.interactions[work.id]
        agent.aside_until = None
        self.forget_places(agent)
        del self.agents[agent_id]
        self._place_all(back, now, out)
        return out

    def set_presence(
        self, agent_id: Id, presence: Presence, now: float, *, reason: str | None = None, at_once: bool = False
    ) -> list[Decision]:
        """Change an agent's presence, or ask for it as *next* when they still have work (unless `at_once`).

        Becoming available also ends a set-aside and takes back a next presence. Any other presence withdraws
        their unanswered offers, so that nobody waits for somebody who is leaving, and stops new work.
        """
        agent = self._agent(agent_id)
        out: list[Decision] = []
        if presence is Presence.AVAILABLE:
            if agent.aside_until is not None:
                self._return(agent, out)
            if agent.next is not None:
                agent.next = None
                self._weigh(agent)
                out.append(PresenceAsked(agent_id, None, None))
            if agent.presence is not presence or agent.reason != reason:
                self._let_presence_be(agent, presence, reason, now, out)
            self._serve(agent, now, out)
            return out
        offered = [work for work in held_in_order(agent) if isinstance(work, Interaction) and work.state is OFFERED]
        for work in offered:
            self._withdraw(work, now, out, "agent-left")
        if agent.held and agent.presence is Presence.AVAILABLE and not at_once:
            agent.next = (presence, reason)
            self._weigh(agent)
            out.append(PresenceAsked(agent_id, presence, reason))
        else:
            agent.next = None
            self._let_presence_be(agent, presence, reason, now, out)
        self._place_all(offered, now, out)
        return out

    def set_agent(
        self,
        agent_id: Id,
        now: float,
        *,
        skills: Levels,
        queues: Iterable[Id] = (),
        channels: Iterable[str] | None = None,
        capacity: int = FULL_CAPACITY,
    ) -> list[Decision]:
        """Change what an agent can do, while they work. What they have already, offers included, stays with them."""
        agent = self._agent(agent_id)
        check_levels(skills, f"agent {agent_id}")
        if capacity <= 0:
            raise ValueError(f"agent {agent_id}: capacity must be above 0, not {capacity}")
        agent.account(now, agent.used, self._window_s)
        agent.skills = merge_skills(skills, tuple(queues))
        agent.channels = None if channels is None else frozenset(channels)
        agent.capacity = capacity
        self.place_agent(agent)
        out: list[Decision] = []
        self._serve(agent, now, out)
        return out

    def extend_wrap_up(self, agent_id: Id, interaction_id: Id, seconds: float, now: float) -> list[Decision]:
        """Give the agent more time after a contact."""
        wrap_up = self._wrap_up(agent_id, interaction_id)
        if wrap_up.due is None:
            raise WrongState("This wrap-up has no time limit to extend.")
        if seconds <= 0:
            raise ValueError(f"a wrap-up is extended by more than 0 seconds, not {seconds}")
        wrap_up.due = max(wrap_up.due, now) + seconds
        self._set_wrap_up_timer(wrap_up)
        return [WrapUpExtended(interaction_id, agent_id, wrap_up.due)]

    def end_wrap_up(self, agent_id: Id, interaction_id: Id, now: float) -> list[Decision]:
        """The agent is done with the work after a contact."""
        out: list[Decision] = []
        self._end_wrap_up(self._wrap_up(agent_id, interaction_id), now, out, timed_out=False)
        return out

    def _agent(self, agent_id: Id) -> Agent:
        agent = self.agents.get(agent_id)
        if agent is None:
            raise Unknown("agent", agent_id)
        return agent

    def _wrap_up(self, agent_id: Id, interaction_id: Id) -> WrapUp:
        work = self._agent(agent_id).held.get(interaction_id)
        if not isinstance(work, WrapUp):
            raise WrongState("The agent has no wrap-up for this interaction: it is over, or the contact is not.")
        return work

    def _place_all(self, interactions: list[Interaction], now: float, out: list[Decision]) -> None:
        for interaction in sorted(interactions, key=lambda one: (one.key, one.number)):
            self._place(interaction, now, out)
