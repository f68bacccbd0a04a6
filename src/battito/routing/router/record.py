"""What the engine was told and what it decided, written down so that it can be told again and must decide the same."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final
from uuid import UUID

import msgspec

from battito.routing.engine import (
    AgentState,
    Channel,
    Choice,
    Decision,
    Engine,
    FlowState,
    InteractionState,
    Overflow,
    Presence,
    Queue,
    Ring,
    Service,
    Settings,
    Snapshot,
    WrapUpState,
)

ENDLESS: Final = "∞"
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

Call = tuple[float, str, list[Any], dict[str, Any], list[Any]]
"""When, which method, its arguments, what came of it: plain values."""


class Told:
    """An engine whose calls are written down. Explanations are left out: they decide nothing."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.calls: list[Call] = []

    def tell(self, name: str, *arguments: Any, now: float, **options: Any) -> list[Decision]:
        """Call the engine's method `name`; raises what it raises, and then nothing is written down."""
        method: Callable[..., list[Decision]] = getattr(self.engine, name)
        decisions = method(*arguments, now=now, **options)
        self.calls.append((now, name, plain(list(arguments)), plain(options), without_why(decisions)))
        return decisions


def without_why(decisions: Iterable[Decision]) -> list[Any]:
    """Decisions as plain values, without the reasons for them."""
    return [{k: v for k, v in plain(one).items() if k != "why"} for one in decisions]


def plain(value: Any) -> Any:
    """Structs, ids and endless times as JSON can hold them."""
    return _finite(msgspec.to_builtins(value, str_keys=True))


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return ENDLESS if value == float("inf") else value


def revive(value: Any) -> Any:
    """The reverse of `plain`, as far as values go: ids and endless times."""
    if isinstance(value, dict):
        return {revive(k): revive(v) for k, v in value.items()}
    if isinstance(value, list):
        return [revive(v) for v in value]
    if isinstance(value, str):
        if value == ENDLESS:
            return float("inf")
        return UUID(value) if _UUID.fullmatch(value) else value
    return value


def snapshot_from(data: dict[str, Any]) -> Snapshot:
    """A snapshot kept by `plain`."""
    data = revive(data)
    settings = data["settings"]
    return Snapshot(
        settings=Settings(
            **{
                **settings,
                "choice": Choice(settings["choice"]),
                "channels": tuple(Channel(**{**c, "interrupts": frozenset(c["interrupts"])}) for c in settings["channels"]),
            }
        ),
        queues=[_queue(one) for one in data["queues"]],
        agents=[_agent(one) for one in data["agents"]],
        interactions=[
            InteractionState(**{**one, "rings": None if one["rings"] is None else [ring_from(r) for r in one["rings"]]})
            for one in data["interactions"]
        ],
        wrap_ups=[WrapUpState(**one) for one in data["wrap_ups"]],
        flows=[FlowState(**one) for one in data["flows"]],
    )  # fmt: skip


def _queue(one: dict[str, Any]) -> Queue:
    return Queue(
        **{
            **one,
            "rings": tuple(ring_from(r) for r in one["rings"]),
            "service": Service(**one["service"]),
            "by_channel": {channel: Service(**s) for channel, s in one["by_channel"].items()},
            "overflow": None if one["overflow"] is None else Overflow(**one["overflow"]),
        }
    )


def _agent(one: dict[str, Any]) -> AgentState:
    following = one["next_presence"]
    return AgentState(
        **{
            **one,
            "presence": Presence(one["presence"]),
            "next_presence": None if following is None else Presence(following),
        }
    )


def ring_from(one: dict[str, Any]) -> Ring:
    """A ring kept by `plain` and revived."""
    return Ring(**{**one, "agents": None if one["agents"] is None else tuple(one["agents"])})


def replay(entries: Iterable[tuple[str, Any]]) -> Iterator[tuple[Call, list[Any]]]:
    """Tell a recorded stretch (`kind`, `data` of the log, in order) to a new engine; every call with what was decided now.

    A call's last part is what was decided then. Calls before the first `start` are passed over.
    """
    engine: Engine | None = None
    for kind, data in entries:
        if kind == "start":
            engine = Engine.restore(snapshot_from(data["snapshot"]))
        elif engine is not None:
            for call in data["calls"]:
                yield tuple(call), _again(engine, call)


def _again(engine: Engine, call: Any) -> list[Any]:
    now, name, arguments, options = float(call[0]), call[1], revive(call[2]), revive(call[3])
    if name == "set_presence":
        arguments[1] = Presence(arguments[1])
    if options.get("rings") is not None:
        options["rings"] = [ring_from(r) for r in options["rings"]]
    if "spared" in options:
        options["spared"] = tuple(options["spared"])
    return without_why(getattr(engine, name)(*arguments, now=now, **options))
