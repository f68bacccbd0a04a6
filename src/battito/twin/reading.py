"""Scenarios from YAML: every key known, every value possible, every complaint with its place and what to do."""

import difflib
import itertools
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
DEEPEST = 40
FAULTS = 50
"""So many of a text's faults are told at once."""
LONGEST_S = 10_000_000.0
"""A contact takes no longer than this on the mean: four months."""
Fault = tuple[str, str]
"""A key, and what is wrong with it."""


def load(path: Path, *, replayed: bool = False) -> Scenario:
    """Read a scenario file; `replayed`: its contacts come from a recording. Raises `ScenarioError` with the place and the reason."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ScenarioError(f"The scenario {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise ScenarioError(f"The scenario {path} is not UTF-8 text.") from error
    scenario = parse(text, replayed=replayed)
    if scenario.recording is not None and scenario.recording.file != "workspace":
        scenario.recording.file = str(path.parent / scenario.recording.file)
    scenario.name = scenario.name or path.stem
    return scenario


def parse(text: str, *, replayed: bool = False, aliases: bool = True) -> Scenario:
    """Read a scenario from YAML text. `aliases`: whether `*name` may stand for a part written before; a text of a few
    lines can make endlessly many of them, so that only one's own files may."""
    try:
        _look_through(text, aliases=aliases)
        data = yaml.load(text, Loader=_Loader)  # noqa: S506 (a SafeLoader)
    except yaml.YAMLError as error:
        mark = _line(getattr(error, "problem_mark", None))
        line = None if mark is None else min(mark, text.rstrip().count("\n") + 1)
        raise ScenarioError(f"The scenario is not valid YAML: {error}", line=line) from error
    try:
        return from_data(data, replayed=replayed)
    except ScenarioError as error:
        error.line = line_of(text, error.where)
        raise


def faults(text: str) -> list[ScenarioError]:
    """All that is wrong with a text from outside, as far as it can be told: none, and `parse` takes it."""
    try:
        parse(text, aliases=False)
    except ScenarioError as error:
        if not error.where or error.line is None:
            return [error]
        found = {error.where: error}
        try:
            scenario = _taken(yaml.load(text, Loader=_Loader))  # noqa: S506 (a SafeLoader)
        except ScenarioError:
            return [error]
        node = yaml.compose(text, Loader=_Loader)
        for where, problem in itertools.islice(problems(scenario, replayed=False), FAULTS):
            found.setdefault(where, ScenarioError(problem, where, _line_in(node, where)))
        return list(found.values())
    return []


def _look_through(text: str, *, aliases: bool) -> None:
    """Refuse what would take long to read: nesting without end, and aliases where they are not taken."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise ScenarioError("The scenario is nested too deeply.", line=_line(event.start_mark))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent) and not aliases:
            raise ScenarioError("Write it out: `*` aliases are not taken here.", line=_line(event.start_mark))


def _line(mark: Any) -> int | None:
    return None if mark is None else int(mark.line) + 1


def from_data(data: object, *, replayed: bool = False) -> Scenario:
    """Check a scenario given as plain data."""
    scenario = _taken(data)
    for where, problem in problems(scenario, replayed=replayed):
        raise ScenarioError(problem, where)
    return scenario


def _taken(data: object) -> Scenario:
    """Plain data as a scenario whose keys and types are right, whatever its values."""
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
    return scenario


def line_of(text: str, where: str) -> int | None:
    """The line, from 1, that a key such as `agents[2].skills` stands on; of its nearest surroundings if it does not."""
    try:
        return _line_in(yaml.compose(text, Loader=_Loader), where)
    except yaml.YAMLError:
        return None


def _line_in(node: yaml.Node | None, where: str) -> int | None:
    line = None
    while node is not None and where:
        found = _step(node, where)
        if found is None:
            break
        line, node, where = found
    return line


def _step(node: yaml.Node, where: str) -> tuple[int, yaml.Node, str] | None:
    if isinstance(node, yaml.MappingNode):
        # names may hold dots themselves: the longest that fits is meant
        for key, value in sorted(node.value, key=lambda pair: -len(str(pair[0].value))):
            name = str(key.value)
            rest = where[len(name) :]
            if where.startswith(name) and (not rest or rest[0] in ".["):
                return key.start_mark.line + 1, value, rest.removeprefix(".")
    elif isinstance(node, yaml.SequenceNode) and (found := re.match(r"\[(\d+)\]\.?", where)) is not None:
        place = int(found[1])
        if place < len(node.value):
            return node.value[place].start_mark.line + 1, node.value[place], where[found.end() :]
    return None


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
                raise ScenarioError(_unknown(str(key), list(known), where), f"{where}.{key}" if where else str(key))
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
        place = where
        if found is not None:
            text = f"{found[1]} at `{found[2]}`"
            place = found[2] if kind is Scenario else f"{where}{'' if found[2].startswith('[') else '.'}{found[2]}"
        raise ScenarioError(f"In {where}: {text}.", place) from error


def problems(scenario: Scenario, *, replayed: bool) -> Iterator[Fault]:
    """What is wrong with the values: where, and in words."""
    yield from _bounds(
        "",
        (scenario.hours > 0, "hours", "above 0"),
        (0 <= scenario.warmup_hours < scenario.hours, "warmup_hours", "from 0 to less than hours"),
        (scenario.replications >= 1, "replications", "at least 1"),
        (0.5 <= scenario.confidence < 1, "confidence", "from 0.5 to below 1"),
        (scenario.variability.between_day_cv >= 0, "variability.between_day_cv", "0 or more"),
        (scenario.routing.window_minutes > 0, "routing.window_minutes", "above 0"),
    )
    yield from _readable("start", lambda: clock(scenario.start, "start"))
    if not scenario.queues and not replayed:
        yield "queues", "The scenario has no `queues`."
    if not scenario.agents and not replayed:
        yield "agents", "The scenario has no `agents`."
    for name, queue in scenario.queues.items():
        yield from _queue_problems(f"queues.{name}.", queue, scenario, replayed=replayed)
    for place, agent in enumerate(scenario.agents):
        yield from _bounds(
            f"agents[{place}].",
            (agent.count >= 0, "count", "0 or more"),
            (agent.capacity > 0, "capacity", "above 0"),
        )
        yield from _level_problems(f"agents[{place}].skills", agent.skills)
        yield from _shift_problems(f"agents[{place}].shift", agent.shift, scenario)
        for kind, hours in agent.pauses.items():
            yield from _shift_problems(f"agents[{place}].pauses.{kind}", hours, scenario)
    for kind, channel in scenario.channels.items():
        yield from _bounds(f"channels.{kind}.", (channel.units > 0, "units", "above 0"))


def _queue_problems(where: str, queue: QueueRule, scenario: Scenario, *, replayed: bool) -> Iterator[Fault]:
    rates = queue.arrivals_per_hour
    if rates is None and not replayed:
        yield (
            f"{where}arrivals_per_hour",
            f"{where}arrivals_per_hour is missing: a number, or a list with one per interval.",
        )
    listed = rates if isinstance(rates, list) else [rates or 0.0]
    yield from _bounds(
        where,
        (len(listed) > 0 and all(rate >= 0 for rate in listed), "arrivals_per_hour", "one or more numbers not below 0"),
        (queue.interval_minutes >= 1, "interval_minutes", "at least 1"),
        (queue.target_s >= 0, "target_s", "0 or more"),
        (queue.short_abandon_s >= 0, "short_abandon_s", "0 or more"),
        (queue.wrap_up_s >= 0, "wrap_up_s", "0 or more"),
        (all(waited >= 0 for waited in queue.waiting), "waiting", "a list of seconds, 0 or more"),
        (all(passed >= 0 for passed in queue.in_hand), "in_hand", "a list of seconds, 0 or more"),
    )
    if queue.handle is not None:
        yield from _handle_problems(f"{where}handle", queue.handle)
    elif not replayed:
        yield (
            f"{where}handle",
            f"{where}handle is missing: {{mean_s, cv}}, {{lognormal: [mu, sigma]}} or {{exponential: mean_s}}.",
        )
    if queue.patience is not None:
        yield from _patience_problems(f"{where}patience", queue.patience)
    yield from _level_problems(f"{where}requirement", queue.requirement)
    for place, ring in enumerate(queue.rings):
        if ring.requirement is not None:
            yield from _level_problems(f"{where}rings[{place}].requirement", ring.requirement)
        last = place + 1 == len(queue.rings)
        if ring.seconds is None and not last:
            yield (
                f"{where}rings[{place}].seconds",
                f"{where}rings[{place}].seconds is missing: only the last ring may go on for ever.",
            )
        yield from _bounds(
            f"{where}rings[{place}].", (ring.seconds is None or ring.seconds >= 0, "seconds", "0 or more")
        )
    if queue.overflow is not None:
        if queue.overflow.queue not in scenario.queues or f"queues.{queue.overflow.queue}." == where:
            yield (
                f"{where}overflow.queue",
                f"{where}overflow.queue `{queue.overflow.queue}` is not another queue of the scenario.",
            )
        yield from _bounds(where, (queue.overflow.after_s > 0, "overflow.after_s", "above 0"))


def _shift_problems(where: str, shift: str | list[str | float] | None, scenario: Scenario) -> Iterator[Fault]:
    if scenario.hours > 0:
        yield from _readable(where, lambda: windows(shift, scenario.start, min(scenario.hours, 48.0) * HOUR, where))


def _readable(where: str, read: Callable[[], object]) -> Iterator[Fault]:
    try:
        read()
    except ScenarioError as error:
        yield where, str(error)


def _handle_problems(where: str, handle: Handle) -> Iterator[Fault]:
    ways = [handle.mean_s is not None, handle.lognormal is not None, handle.exponential is not None]
    if sum(ways) != 1:
        yield f"{where}", f"{where} needs exactly one of `mean_s` (with `cv`), `lognormal` and `exponential`."
        return
    if handle.cv is not None and handle.mean_s is None:
        yield f"{where}.cv", f"{where}.cv goes with `mean_s`."
    if handle.lognormal is not None and handle.lognormal[1] < 0:
        yield f"{where}.lognormal", f"{where}.lognormal's sigma must be 0 or more."
    elif not 0 < handle.mean() <= LONGEST_S or not 0 <= (handle.cv or 0.0) <= 1000:
        yield (
            f"{where}",
            f"{where}: the mean must be above 0 and at most {LONGEST_S:.0f} seconds, and cv from 0 to 1000.",
        )


def _patience_problems(where: str, patience: Patience) -> Iterator[Fault]:
    if (patience.mean_s is None) == (patience.hazard is None):
        yield f"{where}", f"{where} needs exactly one of `mean_s` and `hazard` (or is null: nobody gives up)."
    elif patience.mean_s is not None and patience.mean_s <= 0:
        yield f"{where}.mean_s", f"{where}.mean_s must be above 0."
    elif patience.hazard is not None:
        ends = [until for until, _ in patience.hazard]
        steady = [end for end in ends[:-1] if end is not None]
        rising = all(a < b for a, b in zip([0.0, *steady], steady, strict=False))
        if not ends or ends[-1] is not None or len(steady) != len(ends) - 1 or not rising:
            yield (
                f"{where}.hazard",
                f"{where}.hazard is a list of [until_s, rate_per_s] with rising ends; the last until_s is null.",
            )
        if any(rate < 0 for _, rate in patience.hazard):
            yield f"{where}.hazard", f"{where}.hazard rates must be 0 or more."


def _level_problems(where: str, skills: dict[str, int] | list[str]) -> Iterator[Fault]:
    if isinstance(skills, dict) and any(not 1 <= level <= 5 for level in skills.values()):
        yield f"{where}", f"{where}: levels are whole numbers from 1 to 5."


def _bounds(where: str, *rules: tuple[bool, str, str]) -> Iterator[Fault]:
    for holds, name, what in rules:
        if not holds:
            yield f"{where}{name}", f"{where}{name} must be {what}."


_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
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
