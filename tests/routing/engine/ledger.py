"""What must hold whatever happens, checked from decisions alone: the ledger knows nothing of the engine's inside."""

from dataclasses import dataclass, field

from battito.routing.engine import (
    Assigned,
    Decision,
    Declined,
    Engine,
    Expired,
    Id,
    Offered,
    Requeued,
    RingAdvanced,
    Settings,
    Transferred,
    Withdrawn,
    WrapUpEnded,
    WrapUpStarted,
)


@dataclass
class Ledger:
    settings: Settings
    kinds: dict[Id, str] = field(default_factory=dict)
    offers: dict[Id, Id] = field(default_factory=dict)
    handled: dict[Id, Id] = field(default_factory=dict)
    wrap_ups: set[tuple[Id, Id]] = field(default_factory=set)
    inside: set[Id] = field(default_factory=set)
    """Interactions that entered and are neither finished nor cancelled."""

    def enter(self, id_: Id, kind: str) -> None:
        self.kinds[id_] = kind
        self.inside.add(id_)

    def finish(self, id_: Id) -> None:
        del self.handled[id_]
        self.inside.remove(id_)

    def cancel(self, id_: Id) -> None:
        self.inside.remove(id_)

    def note(self, decisions: list[Decision], engine: Engine) -> None:
        for decision in decisions:
            self._note(decision)
        for agent in engine.agents:
            self.check_capacity(agent, engine)

    def _note(self, decision: Decision) -> None:
        match decision:
            case Offered(interaction=id_, agent=agent):
                assert id_ in self.inside
                assert id_ not in self.offers, "offered twice at once"
                assert id_ not in self.handled, "offered while handled"
                self.offers[id_] = agent
            case Assigned(interaction=id_, agent=agent):
                assert id_ in self.inside
                assert id_ not in self.handled, "assigned twice"
                assert self.offers.pop(id_, agent) == agent, "assigned to another than the one asked"
                self.handled[id_] = agent
                self.check_interrupts(decision)
            case Declined(interaction=id_, agent=agent) | Expired(interaction=id_, agent=agent):
                assert self.offers.pop(id_) == agent
            case Withdrawn(interaction=id_, agent=agent):
                assert self.offers.pop(id_) == agent
            case Requeued(interaction=id_, agent=agent):
                assert self.handled.pop(id_) == agent
            case Transferred(interaction=id_):
                self.handled.pop(id_, None)
            case WrapUpStarted(interaction=id_, agent=agent):
                self.wrap_ups.add((agent, id_))
            case WrapUpEnded(interaction=id_, agent=agent):
                self.wrap_ups.remove((agent, id_))
            case RingAdvanced(interaction=id_):
                assert id_ not in self.offers
                assert id_ not in self.handled

    def work_of(self, agent: Id) -> list[Id]:
        """Everything that takes the agent's capacity."""
        return (
            [id_ for id_, who in self.offers.items() if who == agent]
            + [id_ for id_, who in self.handled.items() if who == agent]
            + [id_ for who, id_ in self.wrap_ups if who == agent]
        )

    def check_capacity(self, agent: Id, engine: Engine) -> None:
        """Work that nothing the agent has may interrupt never takes more than the agent's capacity."""
        channels = {channel.kind: channel for channel in self.settings.channels}
        kinds = [self.kinds[id_] for id_ in self.work_of(agent)]
        standing = [kind for kind in kinds if not any(kind in channels[other].interrupts for other in kinds)]
        assert sum(channels[kind].units for kind in standing) <= engine.agents[agent].capacity

    def check_interrupts(self, decision: Assigned) -> None:
        allowed = {channel.kind: channel.interrupts for channel in self.settings.channels}
        for id_ in decision.interrupts:
            assert self.handled[id_] == decision.agent
            assert self.kinds[id_] in allowed[self.kinds[decision.interaction]], "interrupt where not allowed"
