"""What the demonstration says people did: as the product would have recorded it of those conversations."""

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest

from battito.demo.loading.hands import ONESELF, give_out
from battito.demo.loading.interactions import CAPACITY, Stretch, recorded
from battito.demo.loading.presences import spans_of, weeks
from battito.demo.loading.rota import at_work, shift
from battito.demo.models import DemoWorld, Message
from battito.demo.world import RECENT, generate
from battito.insights.spans import Stretch as Span

pytestmark = pytest.mark.slow
TUESDAY = datetime(2026, 11, 24, 13, 40, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 11, 20, tzinfo=UTC)
Day = tuple[DemoWorld, frozenset[str], list[Stretch]]


@pytest.fixture(scope="module", params=[TUESDAY, SUNDAY], ids=["tuesday", "sunday"])
def day(request: pytest.FixtureRequest) -> Day:
    world, full = give_out(generate(24, request.param, 900, full=True))
    return world, full, recorded(world)


def spans(day: Day) -> dict[str, list[Span]]:
    world, full, stretches = day
    found = {}
    for n, person in enumerate(p for p in world.people if p.role == "agent"):
        mine = [one for one in stretches if one.agent == person.key]
        found[person.key] = spans_of(UUID(int=n + 1), weeks(world, person, mine, full=person.key in full))
    return found


def test_each_lies_inside_its_conversation(day: Day) -> None:
    world, _, stretches = day
    by_conversation: dict[int, list[Stretch]] = defaultdict(list)
    for one in stretches:
        by_conversation[one.conversation.number].append(one)
        conversation = one.conversation
        assert conversation.created_at <= one.entered <= (one.answered or one.entered), conversation.key
        assert (one.answered or one.entered) <= (one.ended or world.now) <= world.now, conversation.key
        assert one.ended is None or one.ended <= conversation.updated_at, conversation.key
        assert world.now - RECENT <= one.entered
        authors = {getattr(item, "author", None) for item in conversation.items} | {
            who for item in conversation.items for who in (getattr(item, "by", None), getattr(item, "value", None))
        }
        assert one.agent is None or one.agent in authors
        customer = [item.at for item in conversation.items if isinstance(item, Message) and item.author_kind == "customer"]  # fmt: skip
        assert one.entered in customer
    for several in by_conversation.values():
        several.sort(key=lambda one: one.entered)
        for before, after in pairwise(several):
            assert before.ended is not None
            assert before.ended <= after.entered, before.conversation.key


def test_what_was_offered_was_answered_or_left(day: Day) -> None:
    _, _, stretches = day
    for one in stretches:
        if one.ended is None:
            assert (one.outcome, one.conversation.state) == (None, "open")
            assert one.agent == one.conversation.owner
        else:
            assert one.outcome in ("answered", "abandoned", "flow-out")
            assert (one.outcome == "answered") == (one.answered is not None) == (one.agent is not None)
    outcomes = Counter(one.outcome for one in stretches if one.conversation.kind == "webchat")
    assert 0.02 <= outcomes["abandoned"] / outcomes.total() <= 0.1


def test_who_has_it_open_has_it_in_hand(day: Day) -> None:
    world, _, stretches = day
    live = {one.conversation.number for one in stretches if one.ended is None}
    lately = [c for c in world.conversations if c.state == "open" and c.owner is not None and c.updated_at > world.now - RECENT / 2]  # fmt: skip
    assert lately
    assert {c.number for c in lately} <= live


def test_times_are_plausible(day: Day) -> None:
    _, _, stretches = day
    worked: dict[str, list[float]] = defaultdict(list)
    for one in stretches:
        if one.answered is not None and one.ended is not None:
            worked[one.conversation.kind].append((one.ended - one.answered).total_seconds())
    assert 180 < sum(worked["email"]) / len(worked["email"]) < 600
    assert 180 < sum(worked["webchat"]) / len(worked["webchat"]) < 720
    assert max(max(worked["email"]), max(worked["webchat"])) < 20 * 60


def test_nobody_has_more_than_they_can(day: Day) -> None:
    _, _, stretches = day
    changes: dict[str, list[tuple[datetime, int]]] = defaultdict(list)
    for one in stretches:
        if one.agent is not None and one.answered is not None and one.ended is not None:
            changes[one.agent] += [(one.answered, one.units), (one.ended, -one.units)]
    for person, theirs in changes.items():
        held = 0
        for at, units in sorted(theirs):
            held += units
            assert held <= CAPACITY, (person, at)


def test_stretches_of_presence_follow_each_other(day: Day) -> None:
    world, _, stretches = day
    times: Counter[str] = Counter()
    for person, theirs in spans(day).items():
        for before, after in pairwise(theirs):
            assert before.to_at == after.from_at, person
            assert before.from_at < after.from_at, person
            assert (before.state, before.reason, before.routing) != (after.state, after.reason, after.routing)
        for one in theirs:
            assert one.from_at <= world.now
            assert (one.to_at is None) == (one is theirs[-1])
            seconds = ((one.to_at or world.now) - one.from_at).total_seconds()
            times["contact" if one.routing == "handling" else one.state] += int(seconds)
    assert 0.6 < times["contact"] / (times["contact"] + times["available"]) < 0.86
    recorded_s = sum((s.ended - s.answered).total_seconds() for s in stretches if s.answered and s.ended)
    assert times["contact"] <= recorded_s + 26 * 1500, "nobody is in contact without a contact"


def test_those_at_work_now(day: Day) -> None:
    world, full, _ = day
    now = {person: theirs[-1] for person, theirs in spans(day).items() if theirs}
    working = {p.key for p in world.people if at_work(world.seed, p, world.now)}
    assert {key for key, one in now.items() if one.state != "offline"} >= working
    assert full <= working - ONESELF
    for key in full:
        assert now[key].state == "available"
        units = sum({"email": 20, "webchat": 33}[c.kind] for c in world.conversations if c.owner == key and c.state == "open")  # fmt: skip
        assert units > 80, "who is available has no room, or the router gives them what visitors should take"


def test_a_shift_lasts_part_of_the_day(world: DemoWorld) -> None:
    monday, sunday = TUESDAY.date() - timedelta(days=1), SUNDAY.date()
    agents = [p for p in world.people if p.role == "agent"]
    at: Callable[..., int] = lambda when: sum(shift(24, p, when) is not None for p in agents)  # noqa: E731
    assert at(monday) > 12 > at(sunday) > 3
    for person in agents:
        span = shift(24, person, monday)
        assert span == shift(24, person, monday)
        assert span is None or timedelta(hours=6) < span[1] - span[0] < timedelta(hours=9)


def test_the_same_seed_and_moment_record_the_same() -> None:
    one, two = (recorded(give_out(generate(5, TUESDAY, 60, full=True))[0]) for _ in range(2))
    assert one == two
