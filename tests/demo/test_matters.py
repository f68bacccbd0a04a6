"""Every matter can be told: its rules exist, are used, fit its facts, and speak with one voice each."""

from datetime import UTC, datetime

import pytest

from battito.demo import company
from battito.demo.casting import Casting
from battito.demo.matters import Matter, common, matters, parse_matter, problems

TEAMS = {t.key for t in company.TEAMS}
LABELS = {label.key for label in company.LABELS}
BRANDS = {b.key for b in company.BRANDS}


@pytest.mark.parametrize("matter", matters(), ids=lambda m: m.key)
def test_it_is_whole(matter: Matter) -> None:
    assert problems(matter) == []
    assert matter.team in TEAMS
    assert set(matter.labels) <= LABELS
    assert set(matter.brands) <= BRANDS
    assert matter.language in ("it", "en", "de", "ar")
    for story in matter.stories:
        assert story.mood in "+=-"
        assert story.steps[0].kind == "c", story.source
        for step in story.steps:
            if step.kind == "t":
                assert step.rule in TEAMS | {"sala"}
            if step.kind == "n" and step.with_:
                assert step.with_ in TEAMS | {"sala"}


def test_there_are_many_and_they_say_much() -> None:
    found = matters()
    assert len(found) >= 45
    assert sum(len(variants) for m in found for variants in m.rules.values()) > 2000
    assert {m.language for m in found} == {"it", "en", "de", "ar"}


def test_problems_are_found() -> None:
    text = "title: X\nweight: 1\nteam: luce_gas\nlabels: bonus\nbill: none\n~ 1 + c:open a:open a:gone\n[subject]\nx\n[open]\n{eur}\n[left]\ny"
    found = problems(parse_matter(text, "bad"))
    assert any("spoken by two" in p for p in found)
    assert any("no rule [gone]" in p for p in found)
    assert any("has no {eur}" in p for p in found)
    assert any("[left] is never used" in p for p in found)


def test_nobody_calls_a_customer_by_the_familiar_form() -> None:
    """Agents write with Lei: no «tu» in what they say."""
    familiar = {"ciao", "tuo", "tua", "tuoi", "tue", "puoi", "scrivimi", "dimmi", "mandami", "hai"}
    for matter in matters():
        said = {s.rule for story in matter.stories for s in story.steps if s.kind == "a"}
        for name in said:
            for variant in matter.rules.get(name, common().get(name, ())):
                words = set(variant.source.lower().replace("'", " ").replace("|", " ").split())
                assert not words & familiar, (matter.key, name, variant.source)


@pytest.mark.parametrize("chat", [True, False])
def test_somebody_always_has_something_to_say(chat: bool) -> None:
    import random

    casting = Casting(random.Random(3), datetime(2026, 7, 8, 9, tzinfo=UTC))
    made = [casting.scene(datetime(2026, 7, 8, 9, tzinfo=UTC), chat=chat) for _ in range(60)]
    assert sum(scene is not None for scene in made) >= 58
