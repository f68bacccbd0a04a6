"""Scenarios from YAML: every key known, every value possible, every complaint with its place and what to do."""

import difflib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml
from msgspec import inspect

from battito.twin.model import HOUR, clock, windows
from battito.twin.scenario import AgentRule, Handle, Patience, QueueRule, Scenario, ScenarioError

T = TypeVar("T")


def load(path: Path, *, replayed: bool = False) -> Scenario:
    """Read a scenario file; `replayed`: its contacts come from a recording. Raises `ScenarioError` with the place and the reason."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"The scenario {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"The scenario {path} is not UTF-8 text.") from error
    scenario = parse(text, replayed=replayed)
    if scenario.recording is not None:
        scenario.recording.file = str(path.parent / scenario.recording.file)
    scenario.name = scenario.name or path.stem
    return scenario


def parse(text: str, *, replayed: bool = False) -> Scenario:
    """Read a scenario from YAML text."""
    try:
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        raise ScenarioError(f"The scenario is not valid YAML: {error}") from error
    return from_data(data, replayed=replayed)


def from_data(data: object, *, replayed: bool = False) -> Scenario:
    """Check a scenario given as plain data."""
    if not isinstance(data, dict):
        raise ScenarioError("A scenario is a mapping with `queues` and `agents` at its top level.")
    check_keys(data, inspect.type_info(Scenario), "")
    queues = _mapping(data, "queues")
    agents = data.get("agents") or []
    if not isinstance(agents, list):
        raise ScenarioError("`agents` is a list of {count, skills, shift}.")
    rest = {key: value for key, value in data.items() if key not in ("queues", "agents")}
    scenario = _convert(rest, Scenario, "the scenario")
    scenario.queues = {str(name): _convert(rule or {}, QueueRule, f"queues.{name}") for name, rule in queues.items()}
    scenario.agents = [_convert(rule, AgentRule, f"agents[{place}]") for place, rule in enumerate(agents)]
    for problem in problems(scenario, replayed=replayed):
        raise ScenarioError(problem)
    return scenario


def check_keys(data: object, kind: inspect.Type, where: str) -> None:
    """Refuse a key that no one reads, with the nearest one that is."""
    if isinstance(kind, inspect.UnionType):
        for choice in kind.types:
            fits = isinstance(data, dict if isinstance(choice, inspect.StructType | inspect.DictType) else list)
            if fits and isinstance(choice, inspect.StructType | inspect.DictType | inspect.ListType):
                check_keys(data, choice, where)
    elif isinstance(kind, inspect.StructType) and isinstance(data, dict):
        known = {field.encode_name: field.type for field in kind.fields}
        for key, value in data.items():
            if key not in known:
                raise ScenarioError(_unknown(str(key), list(known), where))
            check_keys(value, known[key], f"{where}.{key}" if where else str(key))
    elif isinstance(kind, inspect.DictType) and isinstance(data, dict):
        for key, value in data.items():
            check_keys(value, kind.value_type, f"{where}.{key}")
    elif isinstance(kind, inspect.ListType) and isinstance(data, list):
        for place, value in enumerate(data):
            check_keys(value, kind.item_type, f"{where}[{place}]")


def _unknown(key: str, known: list[str], where: str) -> str:
    near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
    hint = f"Did you mean `{near[0]}`?" if near else f"Known keys: {', '.join(known)}."
    return f"Unknown key `{key}` in {where or 'the scenario'}. {hint}"


def _mapping(data: dict[Any, Any], key: str) -> dict[Any, Any]:
    found = data.get(key) or {}
    if not isinstance(found, dict):
        raise ScenarioError(f"`{key}` is a mapping from names to their settings.")
    return found


def _convert(data: object, kind: type[T], where: str) -> T:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        text = str(error)
        found = re.fullmatch(r"(.*?) - at `\$\.?(.*)`", text)
        if found is not None:
            text = f"{found[1]} at `{found[2]}`"
        raise ScenarioError(f"In {where}: {text}.") from error


def problems(scenario: Scenario, *, replayed: bool) -> Iterator[str]:
    """What is wrong with the values, in words."""
    yield from _bounds(
        "",
        (scenario.hours > 0, "hours", "above 0"),
        (0 <= scenario.warmup_hours < scenario.hours, "warmup_hours", "from 0 to less than hours"),
        (scenario.replications >= 1, "replications", "at least 1"),
        (0.5 <= scenario.confidence < 1, "confidence", "from 0.5 to below 1"),
        (scenario.variability.between_day_cv >= 0, "variability.between_day_cv", "0 or more"),
        (scenario.routing.window_minutes > 0, "routing.window_minutes", "above 0"),
    )
    clock(scenario.start, "start")
    if not scenario.queues and not replayed:
        yield "The scenario has no `queues`."
    if not scenario.agents and not replayed:
        yield "The scenario has no `agents`."
    for name, queue in scenario.queues.items():
        yield from _queue_problems(f"queues.{name}.", queue, scenario, replayed=replayed)
    for place, agent in enumerate(scenario.agents):
        yield from _bounds(
            f"agents[{place}].",
            (agent.count >= 0, "count", "0 or more"),
            (agent.capacity > 0, "capacity", "above 0"),
        )
        yield from _level_problems(f"agents[{place}].skills", agent.skills)
        windows(agent.shift, scenario.start, scenario.hours * HOUR, f"agents[{place}].shift")
    for kind, channel in scenario.channels.items():
        yield from _bounds(f"channels.{kind}.", (channel.units > 0, "units", "above 0"))


def _queue_problems(where: str, queue: QueueRule, scenario: Scenario, *, replayed: bool) -> Iterator[str]:
    rates = queue.arrivals_per_hour
    if rates is None and not replayed:
        yield f"{where}arrivals_per_hour is missing: a number, or a list with one per interval."
    listed = rates if isinstance(rates, list) else [rates or 0.0]
    yield from _bounds(
        where,
        (len(listed) > 0 and all(rate >= 0 for rate in listed), "arrivals_per_hour", "one or more numbers not below 0"),
        (queue.interval_minutes > 0, "interval_minutes", "above 0"),
        (queue.target_s >= 0, "target_s", "0 or more"),
        (queue.short_abandon_s >= 0, "short_abandon_s", "0 or more"),
        (queue.wrap_up_s >= 0, "wrap_up_s", "0 or more"),
    )
    if queue.handle is not None:
        yield from _handle_problems(f"{where}handle", queue.handle)
    elif not replayed:
        yield f"{where}handle is missing: {{mean_s, cv}}, {{lognormal: [mu, sigma]}} or {{exponential: mean_s}}."
    if queue.patience is not None:
        yield from _patience_problems(f"{where}patience", queue.patience)
    yield from _level_problems(f"{where}requirement", queue.requirement)
    for place, ring in enumerate(queue.rings):
        if ring.requirement is not None:
            yield from _level_problems(f"{where}rings[{place}].requirement", ring.requirement)
        last = place + 1 == len(queue.rings)
        if ring.seconds is None and not last:
            yield f"{where}rings[{place}].seconds is missing: only the last ring may go on for ever."
        yield from _bounds(
            f"{where}rings[{place}].", (ring.seconds is None or ring.seconds >= 0, "seconds", "0 or more")
        )
    if queue.overflow is not None:
        if queue.overflow.queue not in scenario.queues or f"queues.{queue.overflow.queue}." == where:
            yield f"{where}overflow.queue `{queue.overflow.queue}` is not another queue of the scenario."
        yield from _bounds(where, (queue.overflow.after_s > 0, "overflow.after_s", "above 0"))


def _handle_problems(where: str, handle: Handle) -> Iterator[str]:
    ways = [handle.mean_s is not None, handle.lognormal is not None, handle.exponential is not None]
    if sum(ways) != 1:
        yield f"{where} needs exactly one of `mean_s` (with `cv`), `lognormal` and `exponential`."
        return
    if handle.cv is not None and handle.mean_s is None:
        yield f"{where}.cv goes with `mean_s`."
    if handle.lognormal is not None and handle.lognormal[1] < 0:
        yield f"{where}.lognormal's sigma must be 0 or more."
    elif not handle.mean() > 0 or (handle.cv or 0.0) < 0:
        yield f"{where}: the mean must be above 0 seconds, and cv 0 or more."


def _patience_problems(where: str, patience: Patience) -> Iterator[str]:
    if (patience.mean_s is None) == (patience.hazard is None):
        yield f"{where} needs exactly one of `mean_s` and `hazard` (or is null: nobody gives up)."
    elif patience.mean_s is not None and patience.mean_s <= 0:
        yield f"{where}.mean_s must be above 0."
    elif patience.hazard is not None:
        ends = [until for until, _ in patience.hazard]
        steady = [end for end in ends[:-1] if end is not None]
        rising = all(a < b for a, b in zip([0.0, *steady], steady, strict=False))
        if not ends or ends[-1] is not None or len(steady) != len(ends) - 1 or not rising:
            yield f"{where}.hazard is a list of [until_s, rate_per_s] with rising ends; the last until_s is null."
        if any(rate < 0 for _, rate in patience.hazard):
            yield f"{where}.hazard rates must be 0 or more."


def _level_problems(where: str, skills: dict[str, int] | list[str]) -> Iterator[str]:
    if isinstance(skills, dict) and any(not 1 <= level <= 5 for level in skills.values()):
        yield f"{where}: levels are whole numbers from 1 to 5."


def _bounds(where: str, *rules: tuple[bool, str, str]) -> Iterator[str]:
    for holds, name, what in rules:
        if not holds:
            yield f"{where}{name} must be {what}."


class _Loader(yaml.SafeLoader):
    """Safe YAML whose numbers are decimal: YAML 1.1 alone would read 10:30 as 630 and 1e3 as text."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":int", ":float", ":timestamp"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_add: Callable[[str, re.Pattern[str], list[str]], None] = _Loader.add_implicit_resolver
_add("tag:yaml.org,2002:int", re.compile(r"^[-+]?(0|[1-9][0-9_]*)$"), list("-+0123456789"))
_add(
    "tag:yaml.org,2002:float", re.compile(r"^[-+]?([0-9]*\.[0-9]+|[0-9]+\.?)([eE][-+]?[0-9]+)?$"), list("-+.0123456789")
)
