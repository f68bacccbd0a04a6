"""Brands, teams, people with their roles, queues, labels, custom attributes, saved views."""

from datetime import UTC, datetime
from typing import Any, Final

from battito.demo.loading.base import Load

PASSWORD: Final = "lumera-demo"


async def copy_people(load: Load, hashed: str) -> None:
    """Brands, teams, people, roles."""
    world, w = load.world, load.workspace
    start = datetime(2024, 1, 8, 8, 0, tzinfo=UTC)
    load.brands = {b.key: load.id_at(start) for b in world.brands}
    load.teams = {t.key: load.id_at(start) for t in world.teams}
    load.users = {
        p.key: load.id_at(datetime(p.since.year, p.since.month, p.since.day, 8, tzinfo=UTC)) for p in world.people
    }
    await load.copy(
        "brand", "id, workspace_id, name, accent, settings, created_at",
        [(load.brands[b.key], w, b.name, b.colour, {"domain": b.domain, "phone": b.phone}, start) for b in world.brands],
    )  # fmt: skip
    await load.copy(
        "team", "id, workspace_id, name, created_at", [(load.teams[t.key], w, t.name, start) for t in world.teams]
    )
    people: list[tuple[Any, ...]] = []
    for person in world.people:
        brands = [load.brands["casa"]] if person.role == "client" else None
        settings = {"title": person.title, "languages": list(person.languages), "skills": person.skills}
        since = datetime(person.since.year, person.since.month, person.since.day, 8, tzinfo=UTC)
        people.append(
            (
                load.users[person.key],
                w,
                person.email,
                person.name,
                "it",
                hashed,
                settings,
                brands,
                "home" if person.from_home else "office",
                since,
            )
        )
    await load.copy(
        "app_user",
        "id, workspace_id, email, name, locale, password_hash, settings, brand_ids, works_from, created_at",
        people,
    )
    await load.copy(
        "team_member", "workspace_id, team_id, user_id",
        [(w, load.teams[t], load.users[p.key]) for p in world.people for t in p.teams],
    )  # fmt: skip
    rows = await load.connection.fetch("select key, id from role where workspace_id = $1", w)
    roles = {row["key"]: row["id"] for row in rows}
    await load.copy(
        "user_role", "workspace_id, user_id, role_id", [(w, load.users[p.key], roles[p.role]) for p in world.people]
    )


async def copy_desk(load: Load) -> None:
    """Queues, labels, custom attributes, saved views."""
    world, w = load.world, load.workspace
    start = datetime(2024, 1, 8, 9, 0, tzinfo=UTC)
    served = [t for t in world.teams if t.key != "direzione"]
    load.queues = {t.key: load.id_at(start) for t in served}
    await load.copy(
        "queue",
        "id, workspace_id, name, team_ids, gives_work, priority, created_at",
        [
            (
                load.queues[t.key],
                w,
                t.name,
                [load.teams[t.key]],
                t.key != "reclami",
                5 if t.key == "guasti" else 0,
                start,
            )
            for t in served
        ],
    )
    load.labels = {label.key: load.id_at(start) for label in world.labels}
    await load.copy(
        "label", "id, workspace_id, name, colour, created_at",
        [(load.labels[label.key], w, label.name, label.tone, start) for label in world.labels],
    )  # fmt: skip
    await load.copy(
        "attribute_definition", "id, workspace_id, on_kind, key, label, kind, choices, description, position, created_at",
        [(load.id_at(start), w, "contact", a.key, a.label, a.kind, list(a.options), a.help, n, start)
         for n, a in enumerate(world.attributes)],
    )  # fmt: skip
    boss = load.users["chiara.fontana"]
    views = [
        (
            "Reclami aperti",
            {"view": "all", "status": ["open", "waiting", "snoozed"], "labels": [str(load.labels["reclamo"])]},
        ),
        (
            "Persone da seguire con attenzione",
            {"view": "all", "status": ["open", "waiting"], "labels": [str(load.labels["fragile"])]},
        ),
        ("Imprese e condomini", {"view": "all", "status": ["open"], "brand": str(load.brands["business"])}),
    ]
    await load.copy(
        "saved_view", "id, workspace_id, user_id, name, shared, filters, sort, position",
        [(load.id_at(start), w, boss, name, True, filters, "due", n) for n, (name, filters) in enumerate(views)],
    )  # fmt: skip
