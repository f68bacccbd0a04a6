"""Where Lumera Energia's conversations go: skills, segments, and three versions of the routing rules."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from battito.contacts.segments.actions import save_segment
from battito.contacts.segments.model import Group, Op, SegmentWish, Test
from battito.demo.loading.base import Load
from battito.platform.database import Tx
from battito.routing.models import RingRules
from battito.routing.rules.actions import Publication, publish, save_draft
from battito.routing.rules.model import Rule, Then

LANGUAGES: Final = {
    "en": "Inglese", "fr": "Francese", "de": "Tedesco", "ar": "Arabo", "es": "Spagnolo", "ro": "Romeno", "zh": "Cinese"
}  # fmt: skip
FLUENT: Final = 4
NAMES: Final = {
    "rate": "Rateizzazioni", "app": "App e area clienti", "bonus": "Bonus sociale", "morosita": "Morosità", "clima": "Climatizzatori",
    "ricarica": "Ricarica auto", "offerte": "Offerte", "reattiva": "Energia reattiva", "fatture": "Fatture alle imprese",
}  # fmt: skip
FAULT_TOPICS: Final = ("Guasto o interruzione", "Fault or power cut")
MOVE_TOPICS: Final = ("Trasloco o voltura", "Moving house")


async def copy_skills(load: Load) -> None:
    """What people can do: their matters, and the languages they speak besides Italian."""
    start = datetime(2024, 1, 8, 9, 30, tzinfo=UTC)
    agents = [p for p in load.world.people if p.role in ("agent", "supervisor")]
    levels = {
        p.key: {**p.skills, **{f"lingua {one}": FLUENT for one in p.languages if one in LANGUAGES}} for p in agents
    }
    for key in sorted({key for found in levels.values() for key in found}):
        load.skills[key] = load.id_at(start)
    await load.copy(
        "skill", "id, workspace_id, name, created_at",
        [(one, load.workspace, _called(key), start) for key, one in load.skills.items()],
    )  # fmt: skip
    await load.copy(
        "agent_skill", "workspace_id, user_id, skill_id, level",
        [(load.workspace, load.users[who], load.skills[key], level) for who, found in levels.items() for key, level in found.items()],
    )  # fmt: skip


def _called(key: str) -> str:
    if key.startswith("lingua "):
        return LANGUAGES[key.removeprefix("lingua ")]
    return NAMES.get(key, key.capitalize())


async def publish_rules(tx: Tx, load: Load) -> None:
    """Four segments; rules that grew over three versions, the last of which is in force."""
    segments = {
        name: (await save_segment(tx, None, SegmentWish(name=name, description=about, conditions=Group(match=match, conditions=list(tests))))).id
        for name, about, match, tests in _segments(load)
    }  # fmt: skip
    gas, faults, moving, foreign, business, bonus, formal = _rules(load, segments)
    history = [
        ([faults, business], "Guasti e imprese alle loro squadre", 160),
        ([gas, faults, moving, business], "L'odore di gas prima di tutto; i traslochi ai contratti", 74),
        ([gas, faults, formal, business, moving, foreign, bonus], "Le lingue e il bonus sociale a chi li conosce", 12),
    ]
    for rules, note, days in history:
        state = await save_draft(tx, rules)
        state = await publish(tx, Publication(version=state.version, note=note))
        assert state.published is not None
        await tx.execute(
            "update routing_rules_version set published_at = $3 where workspace_id = $1 and number = $2",
            tx.workspace_id, state.published.number, tx.now - timedelta(days=days),
        )  # fmt: skip


def _segments(load: Load) -> list[tuple[str, str, Any, tuple[Test, ...]]]:
    fragile = [str(load.labels[key]) for key in ("fragile", "elettromedicali", "accessibilita")]
    return [
        ("Clienti business", "Chi scrive per un'impresa, un condominio, un ente", "any",
         (_asks("company", "filled"), _asks("domain", "any_of", "business.lumera.example"))),
        ("Clienti con bonus sociale", "La bolletta più leggera per legge", "all", (_asks("attribute", "true", key="bonus_sociale"),)),
        ("Da seguire con attenzione", "Apparecchi salvavita, difficoltà, modi propri di essere seguiti", "any",
         (_asks("label", "any_of", *fragile), _asks("care", "filled"))),
        ("Scrivono spesso", "Almeno tre conversazioni in trenta giorni", "all", (_asks("conversations", "ge", 3, days=30),)),
    ]  # fmt: skip


def _rules(load: Load, segments: dict[str, UUID]) -> list[Rule]:
    queues, skills, labels = load.queues, load.skills, load.labels
    return [
        _rule(load, "Odore di gas", [_asks("text", "words", "odore di gas", "puzza di gas", "fuga di gas", "smell of gas")],
              queue_id=queues["guasti"], priority="urgent", labels=[labels["gas_odore"]]),
        _rule(load, "Guasti", [_asks("field", "any_of", *FAULT_TOPICS, key="topic"), _asks("text", "words", "senza luce", "senza corrente", "blackout", "manca la corrente", "power cut")],
              "any", queue_id=queues["guasti"], priority="high", labels=[labels["guasto"]]),
        _rule(load, "Traslochi e volture", [_asks("field", "any_of", *MOVE_TOPICS, key="topic"), _asks("text", "words", "voltur*", "trasloc*", "subentr*")],
              "any", queue_id=queues["contratti"]),
        _rule(load, "In tedesco", [_asks("language", "any_of", "de")], labels=[labels["lingua"]],
              rings=[RingRules(requirement={skills["lingua de"]: 3}, seconds=120.0, members=False), RingRules()]),
        _rule(load, "Imprese", [_asks("segment", "any_of", str(segments["Clienti business"]))], queue_id=queues["business"], preferred_s=45.0),
        _rule(load, "Bonus sociale", [_asks("segment", "any_of", str(segments["Clienti con bonus sociale"])), _asks("text", "words", "bonus", "sconto", "ISEE")],
              labels=[labels["bonus"]], rings=[RingRules(requirement={skills["bonus"]: 3}, seconds=60.0), RingRules()]),
        _rule(load, "PEC e reclami", [_asks("account", "any_of", str(load.accounts["mail_pec"])), _asks("subject", "words", "reclamo", "diffida", "conciliazione")],
              "any", queue_id=queues["reclami"], labels=[labels["reclamo"]]),
    ]  # fmt: skip


def _rule(load: Load, name: str, tests: list[Test], match: Any = "all", **then: Any) -> Rule:
    return Rule(
        id=uuid5(load.workspace, name), name=name, when=Group(match=match, conditions=list(tests)), then=Then(**then)
    )  # fmt: skip


def _asks(fact: str, op: Op, *values: Any, **more: Any) -> Test:
    return Test(fact=fact, op=op, values=list(values), **more)
