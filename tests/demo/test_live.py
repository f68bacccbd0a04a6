"""Customers who are alive: what they say next, at what rhythm."""

import asyncio
import random
from datetime import UTC, datetime

import pytest

from battito.demo.casting import Casting, Scene
from battito.demo.company import PEOPLE
from battito.demo.live.pace import Pump
from battito.demo.live.person import LivePerson, meet_nobody
from battito.demo.timeline import Staff

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)


def scenes(chat: bool, count: int = 80, seed: int = 4) -> list[Scene]:
    rng = random.Random(seed)
    casting, staff = Casting(rng, AT), Staff(rng, PEOPLE)
    found = [casting.scene(AT, chat=chat) for _ in range(count)]
    for scene in found:
        if scene is not None:
            meet_nobody(scene, staff)
    return [s for s in found if s is not None]


@pytest.mark.parametrize("chat", [True, False])
def test_everybody_can_open_go_on_and_end(chat: bool) -> None:
    for scene in scenes(chat):
        person = LivePerson(scene, random.Random(1), chat=chat)
        opening = person.opening()
        assert opening.texts
        assert all(t.strip() for t in opening.texts)
        for _ in range(12):
            turn = person.answer("Ho sistemato tutto.", "Marta Rizzo")
            if turn is None or turn.last:
                break
        else:
            pytest.fail(f"{scene.matter.key} never ends")
        assert person.answer("Buona giornata!", "Marta Rizzo") is None


def test_they_answer_what_they_are_asked() -> None:
    scene = next(s for s in scenes(True) if s.matter.language == "it" and s.matter.service != "none")
    person = LivePerson(scene, random.Random(1), chat=True)
    person.opening()
    code = person.answer("Mi dà il codice cliente, per favore?", "Marta Rizzo")
    assert code is not None
    facts = scene.speech.facts.values
    assert any(str(facts[k]) in " ".join(code.texts) for k in ("code", "cf", "pod"))
    assert facts["agent"] == "Marta"
    iban = person.answer("E l'IBAN per il rimborso?", "Marta Rizzo")
    assert iban is not None
    assert str(facts["iban"]) in " ".join(iban.texts)


def test_a_photo_is_sent_when_asked_for() -> None:
    scene = next(
        s for s in scenes(False) if s.matter.key not in ("spam", "offtopic", "lawyer") and s.matter.language == "it"
    )
    person = LivePerson(scene, random.Random(1), chat=False)
    person.opening()
    turn = person.answer("Mi manda una foto del contatore?", "")
    assert turn is not None
    assert [f.kind for f in turn.files] == ["meter"]


def test_whoever_gave_up_the_chat_says_so_by_mail() -> None:
    scene = next(s for s in scenes(False) if s.matter.language == "it")
    text = LivePerson(scene, random.Random(1), chat=False).opening(after_chat=True).texts[0]
    assert "chat" in text.lower()


async def test_the_pace_is_kept() -> None:
    pump = Pump(6000, random.Random(2))
    came = 0

    async def newcomer() -> None:
        nonlocal came
        came += 1

    task = asyncio.create_task(pump.run(newcomer))
    await asyncio.sleep(1.0)
    task.cancel()
    assert 40 < came < 160


async def test_what_is_due_goes_first_and_failures_end_nothing() -> None:
    pump = Pump(6000, random.Random(2))
    done: list[str] = []

    async def newcomer() -> None:
        done.append("new")
        raise RuntimeError("stumbles")

    async def due() -> None:
        done.append("due")

    pump.later(0.0, due)
    task = asyncio.create_task(pump.run(newcomer))
    await asyncio.sleep(0.3)
    assert not task.done()
    task.cancel()
    assert done[0] == "due"
    assert "new" in done


async def test_silence_at_pace_zero() -> None:
    pump = Pump(0, random.Random(2))

    async def newcomer() -> None:
        pytest.fail("nobody comes")

    task = asyncio.create_task(pump.run(newcomer))
    await asyncio.sleep(0.2)
    assert not task.done()
    task.cancel()
