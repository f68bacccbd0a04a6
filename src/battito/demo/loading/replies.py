"""Canned replies and macros, kept by whoever looks after the knowledge."""

from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from battito.demo.loading.base import Load

KEEPER: Final = "denise.esposito"
_OWN: Final = frozenset({"reclami", "casa", "business"})
"""Teams whose replies are of no use to others."""


async def copy_replies(load: Load) -> None:
    """Write both."""
    at = datetime(2024, 2, 5, 9, tzinfo=UTC)
    keeper = load.users[KEEPER]
    replies = [
        (load.id_at(at), load.workspace, reply.title, reply.shortcut, reply.body, reply.language, *_scope(load, reply.team), keeper, at, at)
        for reply in load.world.canned
    ]  # fmt: skip
    await load.copy(
        "canned_reply",
        "id, workspace_id, name, shortcut, text, language, scope, team_id, user_id, created_at, updated_at",
        replies,
    )
    ids = {reply.shortcut: row[0] for reply, row in zip(load.world.canned, replies, strict=True)}
    macros = [
        (load.id_at(at), load.workspace, name, description, steps, *_scope(load, team), keeper, at, at)
        for name, description, team, steps in _macros(load, ids)
    ]
    await load.copy(
        "macro", "id, workspace_id, name, description, steps, scope, team_id, user_id, created_at, updated_at", macros
    )


def _scope(load: Load, team: str | None) -> tuple[str, UUID | None]:
    return ("team", load.teams[team]) if team in _OWN else ("all", None)


def _macros(load: Load, replies: dict[str, UUID]) -> list[tuple[str, str, str | None, list[dict[str, Any]]]]:
    def labels(*keys: str) -> dict[str, Any]:
        return {"do": "label", "add": [str(load.labels[k]) for k in keys], "remove": []}

    def reply(shortcut: str) -> dict[str, Any]:
        return {"do": "reply", "text": "", "canned_reply_id": str(replies[shortcut])}

    def to(team: str) -> dict[str, Any]:
        return {"do": "assign", "me": False, "team_id": str(load.teams[team]), "queue_id": str(load.queues[team])}

    return [
        ("Chiedi la foto e aspetta", "Chiede la foto del contatore e rimanda a tra cinque giorni.", None,
         [reply("foto"), labels("fatturazione"), {"do": "snooze", "words": "tra 5 giorni", "until_reply": False}]),
        ("Prendi il reclamo", "Registra il reclamo, lo assegna a te e lo mette tra le cose urgenti.", "reclami",
         [{"do": "assign", "me": True}, labels("reclamo"), {"do": "priority", "priority": "high"}, reply("reclamo")]),
        ("Passa ai guasti, urgente", "Priorità massima e coda dei guasti, con una nota.", None,
         [{"do": "priority", "priority": "urgent"}, labels("guasto"), {"do": "note", "text": "Passata ai guasti: persona senza servizio."}, to("guasti")]),
        ("Sospetta truffa", "Risponde che il messaggio è falso ed etichetta.", None, [reply("truffa"), labels("truffa"), {"do": "resolve"}]),
        ("Lutto, con delicatezza", "Prima risposta dopo un decesso: condoglianze, scadenze ferme, nessuna fretta.", None,
         [{"do": "assign", "me": True}, labels("successione", "fragile"), reply("lutto")]),
        ("Ai contratti", "Passa a chi segue volture e traslochi.", None, [labels("voltura"), to("contratti")]),
    ]  # fmt: skip
