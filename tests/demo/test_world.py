"""The demonstration is varied, coherent and safe."""

import re
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from battito.demo import catalogue, clock
from battito.demo.measure import variety
from battito.demo.models import Change, DemoWorld, Message, Note
from battito.demo.world import Builder, generate, texts
from battito.kit.address import canonical_email, canonical_phone
from tests.demo.conftest import NOW


@pytest.mark.slow
def test_same_seed_and_moment_same_world() -> None:
    one, two, other = generate(5, NOW, 120), generate(5, NOW, 120), generate(6, NOW, 120)
    assert msgspec.json.encode(one) == msgspec.json.encode(two)
    assert msgspec.json.encode(one) != msgspec.json.encode(other)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_rule_has_something_that_fits(seed: int) -> None:
    builder = Builder(seed, NOW, 1500)
    builder.build()
    assert builder.casting.writer.misfits == []


@pytest.mark.slow
def test_two_thousand_are_made_in_a_few_seconds() -> None:
    began = time.process_time()
    generate(8, NOW)
    assert time.process_time() - began < 6


def test_nothing_is_heard_twice(world: DemoWorld) -> None:
    found = variety(world)
    assert found.worst_share <= 0.01, found.worst
    assert found.echoed_share < 0.16
    assert len(found.same_messages) <= 12, found.same_messages


def test_openings_of_the_list_differ(world: DemoWorld) -> None:
    """What one sees first: subjects of mails and last words in the inbox."""
    lately = [c for c in world.conversations if c.state != "resolved"]
    subjects = Counter(c.subject for c in lately if c.kind == "email")
    assert max(subjects.values()) <= 3
    first = Counter(
        i.text for c in world.conversations for i in c.items[:3] if isinstance(i, Message) and len(i.text.split()) > 6
    )
    assert max(first.values()) <= 2


def test_size_and_span(world: DemoWorld) -> None:
    assert 1990 <= len(world.conversations) <= 2030
    assert 800 <= len(world.contacts) <= 1500
    oldest = min(c.created_at for c in world.conversations)
    assert timedelta(days=500) < NOW - oldest < timedelta(days=560)
    per_contact = Counter(c.contact for c in world.conversations)
    assert sum(n > 1 for n in per_contact.values()) > 300
    kinds = Counter(c.kind for c in world.conversations)
    assert kinds["webchat"] > 600
    assert kinds["email"] > 1000
    languages = Counter(c.language for c in world.conversations)
    assert languages["it"] > 1700
    assert min(languages[x] for x in ("en", "de", "ar")) >= 10


def test_the_company(world: DemoWorld) -> None:
    assert len(world.people) == 34
    roles = Counter(p.role for p in world.people)
    assert roles == {
        "agent": 26,
        "supervisor": 3,
        "planner": 1,
        "designer": 1,
        "analyst": 1,
        "administrator": 1,
        "client": 1,
    }
    assert len({p.email for p in world.people}) == 34
    assert {p.manner for p in world.people} == {"kind", "sober", "brisk", "exact"}
    assert sum(p.from_home for p in world.people) >= 10
    assert len(world.canned) >= 30
    assert len({c.shortcut for c in world.canned}) == len(world.canned)
    assert sum("{{" in c.body for c in world.canned) >= 4
    assert len(world.snippets) >= 40
    assert len({s.code for s in world.snippets}) == len(world.snippets)
    assert all(s.verified <= NOW.date() < s.expires + timedelta(days=365) for s in world.snippets)
    for team in world.teams:
        assert any(team.key in p.teams for p in world.people), team.name


def test_threads_make_sense(world: DemoWorld) -> None:
    contacts = {c.key: c for c in world.contacts}
    people = {p.key: p for p in world.people}
    labels = {label.key for label in world.labels}
    for conversation in world.conversations:
        where = f"{conversation.key} {conversation.matter}"
        times = [i.at for i in conversation.items]
        assert times == sorted(times), where
        assert times[-1] <= NOW, where
        assert conversation.contact in contacts
        assert set(conversation.labels) <= labels
        messages = [i for i in conversation.items if isinstance(i, Message)]
        assert messages[0].author_kind == "customer", where
        answered = [i for i in conversation.items if isinstance(i, Message) and i.author_kind == "agent"]
        assigned = [i for i in conversation.items if isinstance(i, Change) and i.what == "assigned"]
        if answered:
            assert assigned, where
            assert assigned[0].at <= answered[0].at, where
        for item in conversation.items:
            if isinstance(item, Note):
                assert item.author in people
                assert set(item.mentions) <= set(people)
                assert all(f"@{people[m].name}" in item.text for m in item.mentions), where
            if isinstance(item, Message) and item.author_kind == "agent":
                assert conversation.language in people[item.author].languages, where


def test_states_follow_from_what_happened(world: DemoWorld) -> None:
    for conversation in world.conversations:
        changes = [i.what for i in conversation.items if isinstance(i, Change) and i.what in ("resolved", "reopened")]
        if conversation.state == "resolved":
            assert changes[-1] == "resolved"
            assert conversation.owner is not None
        else:
            assert not changes or changes[-1] == "reopened"
        if conversation.state == "snoozed":
            assert conversation.snoozed_until is not None
            assert conversation.snoozed_until > NOW
        if conversation.rating is not None:
            assert 1 <= conversation.rating <= 5
    states = Counter(c.state for c in world.conversations)
    assert states["open"] >= 25
    assert states["snoozed"] >= 3
    assert sum(c.owner is None for c in world.conversations) >= 6


def test_chats_happen_while_the_desk_is_open(world: DemoWorld) -> None:
    chats = [c for c in world.conversations if c.kind == "webchat" and c.matter != "newcomer"]
    assert sum(clock.is_open(c.created_at) for c in chats) / len(chats) > 0.98
    for conversation in world.conversations:
        if conversation.kind == "email":
            for item in conversation.items:
                if isinstance(item, Message) and item.author_kind == "agent" and conversation.story:
                    assert clock.is_open(item.at), conversation.key


def test_seasons(world: DemoWorld) -> None:
    def share(matter: str, months: set[int]) -> float:
        found = [c.created_at.month in months for c in world.conversations if c.matter == matter]
        return sum(found) / len(found)

    assert share("cooling", {5, 6, 7, 8, 9}) > 0.5
    assert share("gas_off", {10, 11, 12, 1, 2, 3}) > 0.6


LEFTOVER = re.compile(
    r"[{}<>\[\]|]|\s[,;]|\s\.(?!\.)|,,|(?<!\.)\.\.(?!\.)| {2}|#\w+|\^\w+|[!?]\.(?!\.)|: ?\.(?!\.)|\( "
)


def test_nothing_unfinished_is_shown(world: DemoWorld) -> None:
    for conversation, item in texts(world):
        text = re.sub(r"[\w.]+@[\w.]+\w", "posta", item.text)
        found = LEFTOVER.search(text)
        assert not found, (
            conversation.matter,
            item.text[max(0, found.start() - 60) : found.end() + 40] if found else "",
        )
        assert item.text.strip()
        assert "lorem" not in item.text.lower()
    for conversation in world.conversations:
        assert conversation.subject
        assert not LEFTOVER.search(conversation.subject.replace("???", "?")), conversation.subject


def test_bills_are_their_tariff(world: DemoWorld) -> None:
    for contact in world.contacts:
        if contact.family == "Colombo" and contact.given == "Teresa":
            continue  # written by hand
        products = {s.service: s.product for s in contact.supplies}
        for bill in contact.bills:
            assert bill.cents == catalogue.price(products[bill.service], bill.used, bill.months)
            assert bill.due - bill.issued == timedelta(days=20)


def test_amounts_in_a_thread_are_the_customers(world: DemoWorld) -> None:
    """An estimate that is recalculated: what the agent writes is the price of the bill that the customer has."""
    contacts = {c.key: c for c in world.contacts}
    seen = 0
    for conversation in world.conversations:
        if conversation.matter != "bill_estimated" or not conversation.story:
            continue
        numbers = {
            n for i in conversation.items if isinstance(i, Message) for n in re.findall(r"\d{4}-[LG]-\d{6}", i.text)
        }
        known = {b.number for b in contacts[conversation.contact].bills}
        assert numbers <= known, conversation.key
        seen += bool(numbers)
    assert seen > 50


def test_nothing_points_to_anybody_real(world: DemoWorld) -> None:
    for contact in world.contacts:
        assert canonical_email(contact.email).endswith((".example", "example.it", "example.com"))
        assert canonical_phone(contact.phone)[0] == contact.phone
        assert "555" in contact.phone
        assert contact.iban[5:7] == "99"
        digits = "".join(str(int(c, 36)) for c in contact.iban[4:] + contact.iban[:4])
        assert int(digits) % 97 == 1, contact.iban
        for supply in contact.supplies:
            assert supply.point.startswith("IT999E" if supply.service == "luce" else "9999")
    assert len({c.email for c in world.contacts}) == len(world.contacts)
    assert len({c.code for c in world.contacts}) == len(world.contacts)
    assert all(p.email.endswith(".example") for p in world.people)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 12, 25, 3, tzinfo=UTC),
        datetime(2026, 8, 16, 12, tzinfo=UTC),
        datetime(2027, 3, 28, 1, tzinfo=UTC),
    ],
)
def test_it_can_be_made_at_any_moment(moment: datetime) -> None:
    """A night, a Sunday in August, the hour that does not exist."""
    world = generate(3, moment, 300)
    assert len(world.conversations) >= 295
    assert all(i.at <= moment for c in world.conversations for i in c.items)
