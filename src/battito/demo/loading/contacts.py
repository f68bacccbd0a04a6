"""Companies, contacts, identities, consents."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from battito.channels.webchat.inbound import visitor_identity
from battito.demo.loading.base import Load
from battito.demo.models import Contact, Supply

_ICONS: Final = (
    ("vede", "eye"), ("sente", "ear"), ("caratteri", "eye"), ("posta", "mail"), ("chiamata", "phone"), ("figlia", "users"),
    ("nipote", "users"), ("respiratorio", "alert"), ("lutto", "heart"), ("Italiano", "languages"), ("SMS", "mail"), ("notte", "clock"),
)  # fmt: skip
_EUROS: Final = 100
_TEXT_VERSION: Final = "2023-05"
_TEXT_SHOWN: Final = {
    "marketing": "Acconsento a ricevere offerte di Lumera Energia.",
    "profiling": "Acconsento all’analisi dei miei consumi per ricevere offerte su misura.",
    "service": "Acconsento a ricevere avvisi di servizio per SMS.",
}


async def copy_contacts(load: Load) -> None:
    """Write everybody who has written, and their organisations."""
    world, w = load.world, load.workspace
    began = {
        c.key: min(datetime(c.since.year, c.since.month, c.since.day, 9, tzinfo=UTC), world.now) for c in world.contacts
    }
    companies: dict[str, UUID] = {}
    rows: list[tuple[Any, ...]] = []
    for company in world.companies:
        at = datetime(2024, 1, 9, 8, tzinfo=UTC)
        companies[company.key] = load.id_at(at)
        attributes = {"partita_iva": company.vat, "sede": f"{company.town} ({company.province})"}
        rows.append((companies[company.key], w, company.name, company.domain, attributes, at))
    await load.copy("company", "id, workspace_id, name, domain, attributes, created_at", rows)
    chats = {c.contact for c in world.conversations if c.kind == "webchat"}
    contacts: list[tuple[Any, ...]] = []
    identities: list[tuple[Any, ...]] = []
    consents: list[tuple[Any, ...]] = []
    for contact in world.contacts:
        at = began[contact.key]
        contact_id = load.contacts[contact.key] = load.id_at(at)
        labels = [load.labels[key] for key in contact.labels]
        contacts.append(
            (contact_id, w, contact.name, companies.get(contact.company or ""), contact.language, "Europe/Rome",
             f"{contact.town} ({contact.province})", labels, _attributes(contact), _care(load, contact), contact.since, at, at)
        )  # fmt: skip
        found: list[tuple[str, str, str, bool, str]] = [
            (i.kind, i.value, i.value, i.verified, i.evidence) for i in contact.identities
        ]
        found.append(("external", contact.code, contact.code, True, "Codice cliente del gestionale"))
        if contact.key in chats:
            visitor = visitor_identity(UUID(int=load.rng.getrandbits(128), version=4))
            found.append(("visitor", visitor, "Visitatore del sito", False, "Ha scritto nella chat del sito"))
        for kind, value, shown, verified, evidence in found:
            proof = [{"source": "crm" if kind != "visitor" else "webchat", "at": at, "detail": evidence}]
            identities.append((load.id_at(at), w, contact_id, kind, value, shown, verified, kind == "email", proof, at))
        for consent in contact.consents:
            when = min(consent.at, world.now - timedelta(hours=1))
            consents.append(
                (load.id_at(when), w, contact_id, consent.purpose, consent.channel, consent.given, _TEXT_VERSION,
                 _TEXT_SHOWN[consent.purpose], {"document": consent.evidence}, "Firma del contratto", when)
            )  # fmt: skip
    await load.copy(
        "contact",
        "id, workspace_id, name, company_id, language, timezone, location, labels, attributes, care, since, created_at, updated_at",
        contacts,
    )
    await load.copy(
        "identity",
        "id, workspace_id, contact_id, kind, value, shown, verified, is_primary, evidence, created_at",
        identities,
    )
    await load.copy(
        "consent",
        "id, workspace_id, contact_id, purpose, channel, granted, text_version, text_shown, evidence, recorded_by, at",
        consents,
    )


def _care(load: Load, contact: Contact) -> list[dict[str, str]]:
    out = []
    for text in contact.care:
        icon = next((icon for word, icon in _ICONS if word in text), "heart")
        out.append({"id": str(UUID(int=load.rng.getrandbits(128), version=4)), "icon": icon, "text": text})
    return out


def _attributes(contact: Contact) -> dict[str, Any]:
    light: Supply | None = next((s for s in contact.supplies if s.service == "luce"), None)
    gas: Supply | None = next((s for s in contact.supplies if s.service == "gas"), None)
    values: dict[str, Any] = {
        "codice_cliente": contact.code,
        "codice_fiscale": contact.tax_code,
        "indirizzo": f"{contact.street}, {contact.postcode} {contact.town} ({contact.province})",
        "offerta_luce": light.product if light else None,
        "offerta_gas": gas.product if gas else None,
        "pod": light.point if light else None,
        "pdr": gas.point if gas else None,
        "potenza_kw": light.power_kw if light else None,
        "cliente_dal": contact.since.isoformat(),
        "pagamento": contact.payment,
        "da_pagare": contact.owing_cents / _EUROS if contact.owing_cents else None,
        "ultima_bolletta": max(contact.bills, key=lambda b: b.issued).cents / _EUROS if contact.bills else None,
        "consumo_annuo": light.yearly if light else gas.yearly if gas else None,
        "bonus_sociale": contact.social_bonus or None,
        "elettromedicali": True if "elettromedicali" in contact.labels else None,
        "bolletta": "caratteri grandi" if "accessibilita" in contact.labels else None,
    }
    return {key: value for key, value in values.items() if value is not None}
