"""When Lumera Energia works, and what it promises its customers."""

from typing import Any, Final

import msgspec

from battito.calendars.actions import save_calendar
from battito.calendars.models import CalendarWish
from battito.demo.clock import CLOSE, OPEN, SATURDAY_CLOSE, SATURDAY_OPEN
from battito.demo.loading.base import Load
from battito.platform.database import Tx
from battito.sla.actions import save_policy
from battito.sla.models import PolicyWish

HOUR: Final = 3600
TURIN: Final = {"country": "IT", "region": "TO"}
DESK: Final[dict[str, Any]] = {
    "name": "Sportello di Torino",
    "timezone": "Europe/Rome",
    "week": [
        {"days": [0, 1, 2, 3, 4], "opens": f"{OPEN:02}:00", "closes": f"{CLOSE:02}:00"},
        {"days": [5], "opens": f"{SATURDAY_OPEN:02}:00", "closes": f"{SATURDAY_CLOSE:02}:00"},
    ],
    "holidays": TURIN,
    "exceptions": [
        {"date": "2024-12-24", "yearly": True, "hours": [{"opens": "08:00", "closes": "13:00"}], "reason": "Vigilia di Natale"},
        {"date": "2024-12-31", "yearly": True, "hours": [{"opens": "08:00", "closes": "13:00"}], "reason": "San Silvestro"},
    ],
}  # fmt: skip


async def make_promises(tx: Tx, load: Load) -> None:
    """A calendar and four policies, by the same actions as an administrator's. What they mean for each conversation is
    looked at in the background, as soon as the product runs."""
    desk = (await save_calendar(tx, None, msgspec.convert(DESK, CalendarWish))).id
    call = [{"do": "priority", "priority": "high"}, {"do": "notify", "who": ["owner", "supervisors"]}]
    policies: list[dict[str, Any]] = [
        {
            "name": "Guasti", "description": "Chi resta senza luce o senza gas viene prima.", "calendar_id": desk,
            "conditions": {"queues": [load.queues["guasti"]], "channels": ["email"]},
            "targets": {"first": _target(6 * HOUR), "next": _target(3 * HOUR), "resolution": _target(60 * HOUR)},
            "escalations": [{"on": "breached", "kinds": ["first", "next"], "steps": call}],
        },
        {
            "name": "Chat", "description": "Chi scrive in chat è lì che guarda.", "calendar_id": desk,
            "conditions": {"channels": ["webchat"]},
            "targets": {"first": _target(150), "next": _target(180)},
        },
        {
            "name": "Reclami scritti", "description": "Trenta giorni per legge, cinque giorni lavorativi per noi.", "calendar_id": desk,
            "conditions": {"queues": [load.queues["reclami"]]},
            "targets": {"first": _target(12 * HOUR), "next": _target(12 * HOUR), "resolution": _target(60 * HOUR)},
            "escalations": [{"on": "warned", "kinds": ["resolution"], "steps": [{"do": "notify", "who": ["owner"]}]}],
        },
        {
            "name": "E-mail", "description": "Sei ore di sportello per ogni risposta.", "calendar_id": desk,
            "conditions": {"channels": ["email"]},
            "targets": {"first": _target(6 * HOUR), "next": _target(6 * HOUR), "resolution": _target(60 * HOUR)},
            "escalations": [{"on": "breached", "kinds": ["first"], "steps": [{"do": "priority"}]}],
        },
    ]  # fmt: skip
    for policy in policies:
        await save_policy(tx, None, msgspec.convert(policy, PolicyWish))


def _target(seconds: float) -> dict[str, float]:
    return {"target_s": seconds, "warn_share": 0.75}
