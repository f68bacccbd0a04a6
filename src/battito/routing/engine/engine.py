"""The engine as callers see it: all calls, questions about the state, and carrying on elsewhere."""

from typing import Self

from battito.routing.engine.config import Id, Presence
from battito.routing.engine.core import FOREVER
from battito.routing.engine.decisions import Decision
from battito.routing.engine.errors import Unknown
from battito.routing.engine.estimate import Standing, standings
from battito.routing.engine.explain import Explanation, explain, why_agent
from battito.routing.engine.interactions import InteractionCalls
from battito.routing.engine.records import (
    HANDLING,
    OFFERED,
    WAITING,
    Agent,
    Interaction,
    WrapUp,
    is_membership,
)
from battito.routing.engine.snapshot import AgentState, FlowState, InteractionState, Snapshot, WrapUpState


class Engine(InteractionCalls):
    """Brings interactions and agents together.

    Pure: no clock, no input or output, no randomness. Every call takes `now` in seconds (any origin, never running
    backwards) and returns the decisions it led to; the same calls always lead to the same decisions. Between calls
    nothing happens: ask `next_timer()` when to call `tick`.
    """

    # ---- questions

    def waiting(self, queue: Id) -> int:
        """How many interactions wait in a queue."""
        line = self.lines.get(queue)
        if line is None:
            raise Unknown("queue", queue)
        return line.waiting

    def standings(self, queue: Id, now: float) -> list[Standing]:
        """Position and expected wait of all that wait in a queue, first in line first."""
        line = self.lines.get(queue)
        if line is None:
            raise Unknown("queue", queue)
        return standings(self, line, now)

    def standing(self, interaction_id: Id, now: float) -> Standing | None:
        """Position and expected wait of one interaction; None when it does not wait."""
        line = self._interaction(interaction_id).plan.line
        found = (one for one in standings(self, line, now) if one.interaction == interaction_id)
        return next(found, None)

    def explain(self, interaction_id: Id, now: float) -> Explanation:
        """Where an interaction is, and what keeps each agent from it."""
        return explain(self, self._interaction(interaction_id), now)

    def routing_status(self, agent_id: Id) -> str:
        """`idle`, `offered`, `handling` or `wrap-up`: the most pressing of what the agent has."""
        agent = self._agent(agent_id)
        if agent.offers:
            return "offered"
        if any(isinstance(work, Interaction) for work in agent.held.values()):
            return "handling"
        return "wrap-up" if agent.held else "idle"

    def occupancy(self, agent_id: Id, now: float) -> float:
        """The agent's rolling occupancy, 0 to 1."""
        return self._agent(agent_id).occupancy_at(now, self._window_s)

    # ---- carrying on elsewhere

    def snapshot(self) -> Snapshot:
        """The whole state, to be restored later or elsewhere."""
        wrap_ups = [work for agent in self.agents.values() for work in agent.held.values() if isinstance(work, WrapUp)]
        return Snapshot(
            settings=self.settings,
            queues=[line.queue for line in self.lines.values()],
            agents=[_agent_state(agent) for agent in self.agents.values()],
            interactions=[_interaction_state(one) for one in self.interactions.values()],
            wrap_ups=[
                WrapUpState(
                    interaction=work.id,
                    agent=work.agent.id,
                    queue=work.queue,
                    channel=work.channel.kind,
                    ends_at=work.due,
                    number=work.number,
                )
                for work in wrap_ups
            ],
            flows=[
                FlowState(
                    queue=queue, departures=line.flow.departures, seconds=line.flow.seconds, since=line.flow.since
                )
                for queue, line in self.lines.items()
            ],
        )

    @classmethod
    def restore(cls, snapshot: Snapshot, *, explaining: bool = False) -> Self:
        """An engine in the state of the snapshot. Decides nothing yet: call `tick`, then `settle`, to go on.

        An offer to an agent who is not in the snapshot is dropped: the interaction waits.
        """
        engine = cls(snapshot.settings, snapshot.queues, explaining=explaining)
        for agent_state in sorted(snapshot.agents, key=lambda one: one.number):
            engine._restore_agent(agent_state)
        for interaction_state in sorted(snapshot.interactions, key=lambda one: one.number):
            engine._restore_interaction(interaction_state)
        for wrap_up_state in snapshot.wrap_ups:
            engine._restore_wrap_up(wrap_up_state)
        for flow in snapshot.flows:
            kept = engine.lines[flow.queue].flow
            kept.departures, kept.seconds, kept.since = flow.departures, flow.seconds, flow.since
        for agent in engine.agents.values():
            agent.load = agent.used / agent.capacity
            engine._weigh(agent)
            if agent.willing and agent.offers < engine._offers_at_once:
                engine.enlist(agent)
        return engine

    def settle(self, now: float) -> list[Decision]:
        """Match whatever waits with whoever is free, by key. After a restore; at other times there is nothing to do."""
        out: list[Decision] = []
        waiting = [one for one in self.interactions.values() if one.state is WAITING]
        for interaction in sorted(waiting, key=lambda one: (one.key, one.number)):
            agent = self.best_agent(interaction, now)
            if agent is not None:
                why = why_agent(self, interaction, agent, now) if self.explaining else None
                self.leave(interaction, now, True)
                self._give(interaction, agent, now, out, why)
                self._relist(agent)
        return out

    def _restore_agent(self, state: AgentState) -> None:
        self.add_agent(
            state.id,
            state.accounted_at or 0.0,
            skills=state.skills,
            queues=state.queues,
            channels=state.channels,
            capacity=state.capacity,
            presence=Presence.OFFLINE,
        )
        agent = self.agents[state.id]
        agent.number = state.number or agent.number
        self._agent_number = max(self._agent_number, agent.number)
        agent.presence = state.presence
        agent.reason = state.reason
        agent.next = None if state.next_presence is None else (state.next_presence, state.next_reason)
        agent.aside_until = state.aside_until
        agent.occupancy = state.occupancy
        agent.since = state.free_since if state.free_since is not None else agent.accounted
        if state.aside_until is not None and state.aside_until < FOREVER:
            self._set_aside_timer(agent)

    def _restore_interaction(self, state: InteractionState) -> None:
        plan = self._plan(state.queue, state.channel, state.rings)
        key = state.key
        if key is None:
            key = state.entered_at - state.priority * self.settings.priority_boost_s
        self._interaction_number = max(self._interaction_number + 1, state.number)
        number = state.number or self._interaction_number
        step = plan.steps[0]
        interaction = Interaction(
            state.id, number, plan, plan.channel, step, step.requirement, state.entered_at, state.priority, key
        )
        self._start_ring(interaction, min(state.ring, len(plan.steps) - 1), state.entered_at)
        if interaction.ring_due is not None:
            # without a recorded end: as if each ring had begun when the one before ended
            past = sum(step.seconds or 0.0 for step in plan.steps[: interaction.ring])
            interaction.ring_due = state.ring_ends_at if state.ring_ends_at is not None else interaction.ring_due + past
        if plan.overflow is not None:
            due = state.overflow_at
            interaction.overflow_due = due if due is not None else state.entered_at + plan.overflow.after_s
        interaction.refused = dict(state.refused) or None
        interaction.callback = state.callback
        interaction.guard = dict(state.guard) or None
        self.interactions[state.id] = interaction
        agent = self.agents.get(state.agent) if state.agent is not None else None
        if agent is None:
            if state.accepted:
                raise Unknown("agent", state.agent or "(nobody)")
            self.wait(interaction, state.entered_at)
            self._set_timers(interaction, -FOREVER)
            return
        interaction.agent = agent
        interaction.interrupted = state.interrupted
        interaction.state = HANDLING if state.accepted else OFFERED
        agent.held[state.id] = interaction
        agent.used += interaction.channel.units
        if not state.accepted:
            agent.offers += 1
            interaction.offer_due = state.offer_expires_at
            self._set_offer_timer(interaction)

    def _restore_wrap_up(self, state: WrapUpState) -> None:
        agent = self._agent(state.agent)
        self._interaction_number = max(self._interaction_number, state.number)
        channel = self.channel(state.channel)
        wrap_up = WrapUp(state.interaction, state.number, channel, state.queue, agent, state.ends_at)
        agent.held[state.interaction] = wrap_up
        agent.used += channel.units
        self._wrapping.setdefault(state.interaction, set()).add(agent.id)
        self._set_wrap_up_timer(wrap_up)


def _agent_state(agent: Agent) -> AgentState:
    return AgentState(
        id=agent.id,
        presence=agent.presence,
        skills={skill: level for skill, level in agent.skills.items() if isinstance(skill, Id)},
        queues=[skill[1] for skill in agent.skills if is_membership(skill)],
        channels=None if agent.channels is None else sorted(agent.channels),
        capacity=agent.capacity,
        reason=agent.reason,
        next_presence=None if agent.next is None else agent.next[0],
        next_reason=None if agent.next is None else agent.next[1],
        aside_until=agent.aside_until,
        occupancy=agent.occupancy,
        accounted_at=agent.accounted,
        free_since=agent.since,
        number=agent.number,
    )


def _interaction_state(interaction: Interaction) -> InteractionState:
    agent = interaction.agent
    return InteractionState(
        id=interaction.id,
        queue=interaction.plan.queue,
        channel=interaction.channel.kind,
        entered_at=interaction.entered,
        priority=interaction.priority,
        key=interaction.key,
        ring=interaction.ring,
        ring_ends_at=interaction.ring_due,
        overflow_at=interaction.overflow_due,
        rings=None if interaction.plan.rings is None else list(interaction.plan.rings),
        agent=None if agent is None else agent.id,
        accepted=interaction.state is HANDLING,
        offer_expires_at=interaction.offer_due,
        refused=dict(interaction.refused or {}),
        callback=interaction.callback,
        interrupted=interaction.interrupted,
        guard=dict(interaction.guard or {}),
        number=interaction.number,
    )
