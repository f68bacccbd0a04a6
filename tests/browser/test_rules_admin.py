"""Segments and routing rules as an administrator arranges them, and what becomes of a chat: the right queue, and why."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Company
from tests.browser.test_admin import Office, page_of
from tests.browser.test_offers import a_chat, clean
from tests.routing.doing import eventually
from tests.support.server import Process

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]


@pytest.fixture
async def office(company: Company, desk_server: Process, chromium: Browser) -> AsyncIterator[Office]:
    """The administration, open in Italian on a small laptop."""
    page = await page_of(company.people.administrator, desk_server, chromium)
    yield Office(page, desk_server)
    await page.context.close()


async def arrange(company: Company) -> None:
    """A second queue that gives its work to everybody, a skill nobody has, two contacts of whom one speaks German."""
    async with company.api(company.people.administrator) as api:
        for path, body in (
            ("/queues", {"name": "Disdette"}), ("/skills", {"name": "Fidelizzazione"}), ("/labels", {"name": "A rischio"}),
            ("/contacts", {"name": "Jonas Pichler", "language": "de"}), ("/contacts", {"name": "Anna Riva", "language": "it"}),
        ):  # fmt: skip
            assert (await api.post(path, json=body)).status_code == 201


async def state(company: Company) -> dict[str, Any]:
    """The rules as the server has them."""
    async with company.api(company.people.administrator) as api:
        found: dict[str, Any] = (await api.get("/routing-rules")).json()
        return found


async def test_a_segment_counts_while_it_is_written(company: Company, office: Office, axe: str) -> None:
    await arrange(company)
    page = office.page
    await office.open("/admin/segments")
    await expect(page.get_by_text("Nessun segmento")).to_be_visible()
    await page.get_by_role("button", name="Nuovo segmento").click()
    await page.get_by_label("Nome").fill("In tedesco")
    await page.get_by_role("button", name="Aggiungi una condizione").click()
    await page.get_by_label("Condizione 1: Che cosa si guarda").select_option(label="Lingua")
    await expect(page.get_by_text("Manca il valore con cui confrontare.")).to_be_visible()
    await page.get_by_label("Condizione 1: Valori").fill("de, at")
    now = page.get_by_role("region", name="Ora")
    await expect(now).to_contain_text("1 contatto")
    await expect(now).to_contain_text("Jonas Pichler")
    await clean(page, axe)
    await page.get_by_role("button", name="Salva").click()
    await expect(page.get_by_role("heading", name="In tedesco")).to_be_visible()
    await office.open("/admin/segments")
    await expect(office.row("In tedesco")).to_contain_text("1 contatto")
    await expect(office.row("In tedesco")).to_contain_text("Lingua è tra de o at")
    await office.pick("In tedesco", "Vedi tutti nei contatti")
    await expect(page.get_by_role("list", name="Contatti").get_by_role("listitem")).to_have_count(1)
    await expect(office.row("Jonas Pichler")).to_be_visible()


async def test_from_a_draft_by_keyboard_to_the_right_queue_to_why_and_back(
    company: Company, office: Office, axe: str
) -> None:
    await arrange(company)
    page = office.page
    await office.open("/admin/rules")
    await expect(page.get_by_text("Nessuna versione pubblicata")).to_be_visible()
    await page.get_by_role("button", name="Nuova regola").click()
    await page.get_by_label("Nome").fill("Tutto il resto")
    await page.get_by_label("Priorità").select_option(label="Bassa")
    await page.get_by_role("button", name="Salva").click()
    await expect(office.row("Tutto il resto")).to_contain_text("Sempre")

    await page.get_by_role("button", name="Nuova regola").click()
    await page.get_by_label("Nome").fill("Chi vuole andarsene")
    await page.get_by_role("button", name="Aggiungi una condizione").click()
    await page.get_by_label("Condizione 1: Che cosa si guarda").select_option(label="Oggetto o primo messaggio")
    await page.get_by_label("Condizione 1: Parole").fill("disd*, recesso")
    await page.get_by_label("Va nella coda").select_option(label="Disdette")
    await page.get_by_role("switch", name="Chiedi altre competenze").check()
    await page.get_by_label("Competenze diverse da quelle della coda: Aggiungi una competenza").select_option(
        label="Fidelizzazione"
    )
    await page.get_by_role("checkbox", name="A rischio").check()
    await expect(page.get_by_text("nessuno ha ciò che la regola chiede")).to_be_visible()
    await expect(page.get_by_role("list", name="Da vedere")).to_contain_text("Non arriva mai qui: «Tutto il resto»")
    await clean(page, axe)
    await page.get_by_role("button", name="Salva").click()

    row = office.row("Chi vuole andarsene")
    await expect(row).to_contain_text("va in Disdette")
    await expect(row).to_contain_text("Non arriva mai qui")
    await expect(page.get_by_role("button", name="Pubblica")).to_be_disabled()
    await row.get_by_role("link").focus()
    await page.keyboard.press("Alt+ArrowUp")
    await expect(page.get_by_role("region", name="Avvisi")).to_contain_text("Chi vuole andarsene è al posto 1")
    await expect(page.locator("main ol > li").first).to_contain_text("Chi vuole andarsene")
    await expect(page.get_by_text("Non arriva mai qui")).to_have_count(0)
    await expect(page.get_by_text("1 avviso")).to_be_visible()
    await clean(page, axe)
    await page.get_by_role("button", name="Pubblica").click()
    await office.dialog.get_by_label("Che cosa cambia").fill("Chi se ne va parla con chi sa trattenerlo")
    await expect(office.dialog.get_by_role("list", name="Differenze")).to_contain_text("Fidelizzazione")
    await clean(page, axe)
    await office.save("Pubblica")
    await expect(page.get_by_text("Versione 1 in vigore").first).to_be_visible()

    await office.open("/admin/rules/try")
    await page.get_by_label("Primo messaggio").fill("Come faccio la disdetta?")
    await page.get_by_role("button", name="Prova", exact=True).click()
    await expect(page.get_by_role("heading", name="Corrisponde «Chi vuole andarsene»")).to_be_visible()
    await expect(page.get_by_role("region", name="Corrisponde")).to_contain_text(
        "competenza insufficiente: Fidelizzazione 0/3"
    )
    await clean(page, axe)

    await a_chat(company, "Vorrei dare disdetta.")

    async def routed() -> Any:
        return next((c for c in await company.conversations() if c["queue_id"] and c["labels"]), None)

    one = await eventually(routed, "the chat was not routed")
    async with company.api(company.people.administrator) as api:
        queues = {q["id"]: q["name"] for q in (await api.get("/queues")).json()["items"]}
        found = (await api.get(f"/conversations/{one['id']}/routing")).json()
    assert queues[one["queue_id"]] == "Disdette"
    assert (found["routed_by"]["version"], found["routed_by"]["rule"]["name"]) == (1, "Chi vuole andarsene")
    assert [s["name"] for s in found["now"]["skills"]] == ["Fidelizzazione"]
    desk = await company.desk(company.people.administrator)
    await desk.goto(f"{company.server.url}/c/{one['id']}")
    await expect(desk.get_by_text("Instradata in Disdette dalla regola «Chi vuole andarsene»")).to_be_visible()
    await desk.get_by_role("button", name="Chi la prende, e quando").click()
    why = desk.get_by_role("dialog", name="Chi la prende, e quando")
    await expect(why).to_contain_text("l’ha deciso la regola «Chi vuole andarsene», versione 1")
    await clean(desk, axe)
    await why.get_by_role("link", name="Prova le regole con questa").click()
    await expect(desk.get_by_role("heading", name="Corrisponde «Chi vuole andarsene»")).to_be_visible()
    await expect(desk.get_by_role("region", name="Corrisponde")).to_contain_text("visto: Vorrei dare disdetta.")

    await office.open("/admin/rules")
    await office.pick("Chi vuole andarsene", "Togli")
    await expect(page.get_by_text("1 modifica da pubblicare")).to_be_visible()
    await page.get_by_role("button", name="Pubblica").click()
    await office.save("Pubblica")
    await expect(page.get_by_text("Versione 2 in vigore").first).to_be_visible()
    await office.open("/admin/rules/history")
    await page.get_by_role("button", name="Versione 2", exact=True).click()
    await expect(page.get_by_role("list", name="Differenze")).to_contain_text("tolta")
    await clean(page, axe)
    await office.pick("Versione 1", "Torna a questa")
    await office.dialog.get_by_label("Che cosa cambia").fill("Era meglio")
    await office.save("Torna a questa")
    await expect(office.row("Versione 3")).to_contain_text("com’era la versione 1")
    assert [r["name"] for r in (await state(company))["draft"]] == ["Chi vuole andarsene", "Tutto il resto"]
