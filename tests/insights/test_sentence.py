"""The sentence: the worst first, calm when all is well, never a lie."""

from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from battito.insights.sentence import Name, QueueFacts, duration, facts_of, sentence

CALM = QueueFacts(
    queue=Name(None, "Luce e gas"), waiting=0, longest_wait_s=None, target_s=20, breached=0, at_risk=0, offered_30m=40, service_30m=0.9,
    goal=0.8, abandoned_30m=1, able=5,
)  # fmt: skip


def a_queue(name: str, **fields: object) -> QueueFacts:
    return msgspec.structs.replace(CALM, queue=Name(UUID(int=sum(map(ord, name))), name), **fields)


def test_calm() -> None:
    said = sentence([a_queue("Luce"), a_queue("Gas")], service_today=0.834, people=34)
    assert said.it == "Tutto tranquillo: non aspetta nessuno. Oggi risposto nei tempi all’83%. 34 persone al lavoro."
    assert said.en == "All calm: nobody is waiting. Answered in time today: 83%. 34 people at work."
    assert (said.tone, said.facts) == ("calm", [])
    assert sentence([]).it == "Tutto tranquillo: non aspetta nessuno."


def test_the_worst_first() -> None:
    slow = a_queue("Luce e gas", service_30m=0.71)
    said = sentence([slow, a_queue("Guasti")], service_today=0.83)
    assert (
        said.lead.it
        == "Giornata buona, ma in Luce e gas nell’ultima mezz’ora risposto nei tempi al 71% (obiettivo 80%)."
    )
    assert said.tone == "warn"
    broken = a_queue("PEC", breached=2, waiting=2, longest_wait_s=287.0)
    said = sentence([slow, broken], service_today=0.83)
    assert said.lead.it == "In PEC 2 promesse sono scadute."
    assert said.rest.en.startswith("In PEC somebody has been waiting for 4 minutes. In Luce e gas answered in time")
    assert said.tone == "breach"
    nobody = a_queue("Chat", waiting=1, able=0)
    assert sentence([nobody]).it == "In Chat aspetta una persona e non c’è nessuno che risponde."


def test_durations() -> None:
    for seconds, it, en in (
        (0, "0 secondi", "0 seconds"), (1, "1 secondo", "1 second"), (287, "4 minuti", "4 minutes"), (11_100, "3 ore e 5 minuti", "3 hours and 5 minutes"),
        (3600, "1 ora", "1 hour"), (90_000, "1 giorno", "1 day"),
    ):  # fmt: skip
        assert (duration(seconds, "it"), duration(seconds, "en")) == (it, en)


COUNT = st.integers(0, 50)
QUEUES = st.lists(
    st.builds(
        QueueFacts,
        queue=st.builds(Name, st.uuids(), st.text(min_size=1, max_size=20).filter(lambda name: "None" not in name)),
        waiting=COUNT,
        longest_wait_s=st.none() | st.floats(0, 1e6),
        target_s=st.none() | st.floats(1, 1e5),
        breached=COUNT,
        at_risk=COUNT,
        offered_30m=COUNT,
        service_30m=st.none() | st.floats(0, 1),
        goal=st.floats(0.1, 1),
        abandoned_30m=COUNT,
        able=COUNT,
    ),
    max_size=8,
)


@given(QUEUES, st.integers(0, 3), st.none() | st.floats(0, 1), st.integers(0, 100))
def test_it_says_what_is_so(queues: list[QueueFacts], hands: int, today: float | None, people: int) -> None:
    said = sentence(queues, hands=hands, service_today=today, people=people)
    facts = facts_of(queues, hands)
    assert said.facts == facts
    assert (said.tone == "calm") == (not facts)
    if facts:
        assert said.tone == facts[0].level
        # breaches before warnings, and a broken promise before everything
        assert [f.level for f in facts] == sorted((f.level for f in facts), key=["breach", "warn"].index)
        assert (facts[0].kind == "breached") == any(q.breached for q in queues)
    for text in (said.it, said.en, said.lead.it, said.lead.en):
        assert text.endswith(".")
        assert "None" not in text
        assert text == text.strip()
    if today is not None and "Giornata buona" in said.it:
        assert said.tone == "warn"
        assert today >= max((q.goal for q in queues), default=0.8)


@given(QUEUES)
def test_order_of_queues_does_not_matter(queues: list[QueueFacts]) -> None:
    one, other = sentence(queues), sentence(queues[::-1])
    assert one.tone == other.tone
    assert [f.kind for f in one.facts] == [f.kind for f in other.facts]
