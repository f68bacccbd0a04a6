"""Calls about interactions: entering, answering offers, finishing, moving."""

from collections.abc import Sequence

from msgspec import UNSET, UnsetType

from battito.routing.engine.agents import AgentCalls
from battito.routing.engine.config import Id, Levels, Ring
from battito.routing.engine.core import FOREVER
from battito.routing.engine.decisions import (
    CallbackKept,
    Decision,
    Declined,
    Transferred,
)
from battito.routing.engine.errors import AlreadyKnown, NoRoom, NotOffered, Unknown, WrongState
from battito.routing.engine.explain import why_pulled
from battito.routing.engine.records import (
    GONE,
    HANDLING,
    OFFERED,
    WAITING,
    Interaction,
    WrapUp,
)

DEFAULT_CHANNEL = "voice"


class InteractionCalls(AgentCalls):
    """What happens to interactions. Each call returns the decisions it led to."""

    def enqueue(
        self,
        interaction_id: Id,
        queue: Id,
        now: float,
        channel: str = DEFAULT_CHANNEL,
        priority: float = 0.0,
        entered_at: float | None = None,
        rings: Sequence[Ring] | None = None,
        preferred: tuple[Id, ...] = (),
        preferred_s: float = 30.0,
        callback: bool = False,
        spared: tuple[Id, ...] = (),
        guard: Levels | None = None,
    ) -> list[Decision]:
        """Let an interaction into a queue.

        `entered_at`: since when it waits, if not since now (a callback tried again, a bot's time counted).
        `rings` replace the queue's. `preferred` agents are asked alone for `preferred_s` first; they need what
        the first ring asks for. Priority is added to the queue's own. `spared` agents, who just handed it over, are
        not asked for the queue's `refused_for_s`. `guard`: skills that every queue it overflows into asks for too
        (the rings of the first queue say so themselves). All of these are given by name; that they need not be spares
        this call, which a simulation makes for every contact, a look-up for each of them.
        """
        if interaction_id in self.interactions:
            raise AlreadyKnown("interaction", interaction_id)
        if preferred:
            rings = self._preferring(queue, rings, preferred, preferred_s)
        plan = self._plans.get((queue, channel)) if rings is None else None
        if plan is None:
            plan = self._plan(queue, channel, rings)
        entered = now if entered_at is None else entered_at
        priority += plan.priority
        self._interaction_number += 1
        key = entered - priority * self._boost_s
        step = plan.steps[0]
        interaction = Interaction(
            interaction_id,
            self._interaction_number,
            plan,
            plan.channel,
            step,
            step.requirement,
            entered,
            priority,
            key,
        )
        if callback:
            interaction.callback = True
        if guard:
            interaction.guard = dict(guard.items())
        if self._wrapping:
            self._spare_those_wrapping_up(interaction)
        if spared and plan.service.refused_for_s > 0:
            until = now + plan.service.refused_for_s
            interaction.refused = {**dict.fromkeys(spared, until), **(interaction.refused or {})}
        if plan.stepwise:
            self._enter(interaction, plan, now)
        self.interactions[interaction_id] = interaction
        out: list[Decision] = []
        self._place(interaction, now, out)
        return out

    def _preferring(
        self, queue: Id, rings: Sequence[Ring] | None, preferred: tuple[Id, ...], seconds: float
    ) -> tuple[Ring, ...]:
        line = self.lines.get(queue)
        if line is None:
            raise Unknown("queue", queue)
        crowd = tuple(rings) if rings is not None else line.queue.rings
        return (Ring(crowd[0].skills, seconds, preferred, crowd[0].members), *crowd)

    def _spare_those_wrapping_up(self, interaction: Interaction) -> None:
        """An agent is not offered again what they are still wrapping up."""
        agents = self._wrapping.get(interaction.id)
        if agents:
            interaction.refused = {**(interaction.refused or {}), **dict.fromkeys(agents, FOREVER)}

    def adopt(
        self,
        interaction_id: Id,
        queue: Id,
        agent_id: Id,
        now: float,
        *,
        channel: str = DEFAULT_CHANNEL,
        priority: float = 0.0,
        entered_at: float | None = None,
    ) -> list[Decision]:
        """Take note of work that an agent has already, however they came by it: nothing is asked, not even room."""
        if interaction_id in self.interactions:
            raise AlreadyKnown("interaction", interaction_id)
        agent = self._agent(agent_id)
        plan = self._plan(queue, channel)
        entered = now if entered_at is None else entered_at
        priority += plan.priority
        self._interaction_number += 1
        step = plan.steps[0]
        interaction = Interaction(
            interaction_id,
            self._interaction_number,
            plan,
            plan.channel,
            step,
            step.requirement,
            entered,
            priority,
            entered - priority * self._boost_s,
        )
        self.interactions[interaction_id] = interaction
        interaction.agent = agent
        agent.held[interaction_id] = interaction
        agent.account(now, agent.used + interaction.channel.units, self._window_s)
        out: list[Decision] = []
        self._assign(interaction, agent, now, out)
        self._serve(agent, now, out)
        return out

    def accept(self, interaction_id: Id, agent_id: Id, now: float) -> list[Decision]:
        """The agent takes the offer. Raises `NotOffered` when it is no longer theirs to take."""
        interaction = self._offer(interaction_id, agent_id)
        agent = self.agents[agent_id]
        agent.offers -= 1
        interaction.offer_due = None
        out: list[Decision] = []
        self._assign(interaction, agent, now, out)
        self._serve(agent, now, out)
        return out

    def decline(self, interaction_id: Id, agent_id: Id, now: float, reason: str | None = None) -> list[Decision]:
        """The agent says no; they are not asked again for the queue's `refused_for_s`."""
        interaction = self._offer(interaction_id, agent_id)
        out: list[Decision] = [Declined(interaction_id, agent_id, reason)]
        refused_for_s = interaction.plan.service.refused_for_s
        self._end_offer(interaction, now, out, refuse_s=refused_for_s, set_aside_s=0.0)
        return out

    def withdraw(self, interaction_id: Id, now: float, reason: str) -> list[Decision]:
        """Take an offer away from its agent and search on, as after a refusal."""
        interaction = self._interaction(interaction_id)
        if interaction.state is not OFFERED:
            raise NotOffered("The interaction is not on offer.")
        out: list[Decision] = []
        agent = self._withdraw(interaction, now, out, reason)
        self._refuse(interaction, agent, now, interaction.plan.service.refused_for_s)
        self._place(interaction, now, out)
        self._serve(agent, now, out)
        return out

    def cancel(self, interaction_id: Id, now: float, reason: str = "abandoned") -> list[Decision]:
        """The interaction needs nobody any more: the customer left, or it was solved elsewhere."""
        interaction = self._interaction(interaction_id)
        state = interaction.state
        out: list[Decision] = []
        agent = None
        if state is WAITING:
            self.leave(interaction, now, True)
        elif state is OFFERED:
            agent = self._withdraw(interaction, now, out, reason)
        else:
            raise WrongState("An agent is handling the interaction: finish it instead.")
        interaction.state = GONE
        del self.interactions[interaction_id]
        if agent is not None:
            self._serve(agent, now, out)
        return out

    def finish(self, interaction_id: Id, now: float, wrap_up_s: float | UnsetType | None = UNSET) -> list[Decision]:
        """The contact is over. `wrap_up_s` replaces the queue's: 0 none, None until the agent ends it."""
        interaction = self.interactions.get(interaction_id)
        if interaction is None:
            raise Unknown("interaction", interaction_id)
        agent = interaction.agent
        if interaction.state is not HANDLING or agent is None:
            raise WrongState("Nobody is handling the interaction.")
        del self.interactions[interaction_id]
        out: list[Decision] = []
        seconds = interaction.plan.service.wrap_up_s if wrap_up_s is UNSET else wrap_up_s
        if seconds == 0.0:
            # as `_let_go`, written out: this is the call made most often
            del agent.held[interaction_id]
            agent.account(now, agent.used - interaction.channel.units, self._window_s)
            if self._interrupting:
                self._resume(agent, out)
            self._serve(agent, now, out)
        else:
            self._begin_wrap_up(interaction, agent, now, out, seconds)
        return out

    def transfer(
        self,
        interaction_id: Id,
        queue: Id,
        now: float,
        *,
        keep_key: bool = True,
        channel: str | None = None,
        rings: Sequence[Ring] | None = None,
        priority: float | None = None,
        wrap_up_s: float | UnsetType | None = UNSET,
    ) -> list[Decision]:
        """Move an interaction to a queue, from any state.

        `keep_key`: it waits as one that came when it first came; otherwise as one that comes now. `rings` may name
        the agent it should go to. The agent who had it gets wrap-up as after a contact and is not offered it back
        for `refused_for_s`.
        """
        interaction = self._interaction(interaction_id)
        plan = self._plan(queue, channel or interaction.channel.kind, rings)
        out: list[Decision] = []
        agent = interaction.agent
        state = interaction.state
        if state is WAITING:
            self.leave(interaction, now, True)
        elif state is OFFERED:
            self._withdraw(interaction, now, out, "transferred")
        if priority is not None:
            self._change_priority(interaction, priority)
        if not keep_key:
            interaction.entered = now
            interaction.key = now - interaction.priority * self.settings.priority_boost_s
        before = interaction.plan
        out.append(Transferred(interaction_id, queue, agent.id if agent is not None else None, interaction.key))
        if agent is not None:
            self._refuse(interaction, agent, now, before.service.refused_for_s)
        if state is HANDLING and agent is not None:
            seconds = before.service.wrap_up_s if wrap_up_s is UNSET else wrap_up_s
            interaction.agent = None
            interaction.interrupted = False
            if seconds == 0.0:
                self._let_go(interaction, agent, now, out)
                self._serve(agent, now, out)
            else:
                self._begin_wrap_up(interaction, agent, now, out, seconds)
            self._spare_those_wrapping_up(interaction)
        self._enter(interaction, plan, now)
        self._place(interaction, now, out)
        if state is OFFERED and agent is not None:
            self._serve(agent, now, out)
        return out

    def callback(self, interaction_id: Id, now: float, *, channel: str | None = None) -> list[Decision]:
        """The customer hangs up to be called back; the wait goes on in the same place.

        `channel`: the kind of work it becomes (an outbound call), if not the same.
        """
        interaction = self._interaction(interaction_id)
        if interaction.state is not WAITING:
            raise WrongState("Only a waiting interaction can become a callback.")
        interaction.callback = True
        queue = interaction.plan.queue
        out: list[Decision] = [CallbackKept(interaction_id, queue, channel or interaction.channel.kind)]
        if channel is not None and channel != interaction.channel.kind:
            plan = self._plan(queue, channel, interaction.plan.rings)
            self.leave(interaction, now, False)
            interaction.plan = plan
            interaction.channel = plan.channel
            interaction.step = plan.steps[min(interaction.ring, len(plan.steps) - 1)]
            interaction.requirement = interaction.step.requirement
            self._place(interaction, now, out)
        return out

    def reprioritise(self, interaction_id: Id, priority: float, now: float) -> list[Decision]:
        """Change the priority (the queue's included); a waiting interaction moves to its new place at once."""
        interaction = self._interaction(interaction_id)
        waiting = interaction.state is WAITING
        if waiting:
            self.leave(interaction, now, False)
        self._change_priority(interaction, priority)
        out: list[Decision] = []
        if waiting:
            self._place(interaction, now, out)
        return out

    def pull(self, interaction_id: Id, agent_id: Id, now: float, *, force: bool = False) -> list[Decision]:
        """A person gives an agent (often themselves) a waiting interaction: skills do not matter, capacity does.

        Whoever has it on offer loses it. `force`: it is done already, so that room is not asked for either.
        """
        interaction = self._interaction(interaction_id)
        agent = self._agent(agent_id)
        if interaction.state is HANDLING:
            raise WrongState("Somebody is handling the interaction: it must be transferred instead.")
        if interaction.agent is agent:
            return self.accept(interaction_id, agent_id, now)
        wrap_up = agent.held.get(interaction_id)
        freed = wrap_up.channel.units if wrap_up is not None else 0
        fits = agent.room(interaction.channel) or agent.used - freed + interaction.channel.units <= agent.capacity
        if not (fits or force):
            raise NoRoom(f"Agent {agent_id} has no room for {interaction.channel.kind} work now.")
        out: list[Decision] = []
        other = None
        if interaction.state is WAITING:
            self.leave(interaction, now, True)
        else:
            other = self._withdraw(interaction, now, out, "pulled")
        if isinstance(wrap_up, WrapUp):
            self._close_wrap_up(wrap_up, now, out, timed_out=False)
        why = why_pulled(self, interaction, agent, now) if self.explaining else None
        interaction.agent = agent
        agent.held[interaction_id] = interaction
        agent.account(now, agent.used + interaction.channel.units, self._window_s)
        self._assign(interaction, agent, now, out, why)
        self._serve(agent, now, out)
        if other is not None:
            self._serve(other, now, out)
        return out

    def _change_priority(self, interaction: Interaction, priority: float) -> None:
        interaction.key -= (priority - interaction.priority) * self.settings.priority_boost_s
        interaction.priority = priority

    def _interaction(self, interaction_id: Id) -> Interaction:
        interaction = self.interactions.get(interaction_id)
        if interaction is None:
            raise Unknown("interaction", interaction_id)
        return interaction

    def _offer(self, interaction_id: Id, agent_id: Id) -> Interaction:
        interaction = self.interactions.get(interaction_id)
        if interaction is None or interaction.state is not OFFERED:
            raise NotOffered("The offer is no longer live: it expired or was withdrawn.")
        if interaction.agent is None or interaction.agent.id != agent_id:
            raise NotOffered("The interaction is on offer to somebody else.")
        return interaction
