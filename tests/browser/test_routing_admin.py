"""Arranging the work in the administration: skills, a queue with steps and offers, dispositions, how much people may have."""

from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.browser.conftest import Company
from tests.browser.test_admin import Office, page_of
from tests.browser.test_offers import a_chat, card, clean
from tests.support.server import Process
from tests.support.workspace import Furnished

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]

PAGES: Final = (
    "queues",
    "queues/new",
    "skills",
    "dispositions",
    "routing",
    "rules",
    "rules/new",
    "rules/history",
    "rules/try",
    "segments",
    "segments/new",
)


@pytest.fixture
async def office(desk_server: Process, workspace: Furnished, chromium: Browser) -> AsyncIterator[Office]:
    """The administration, open in Italian on a small laptop."""
    page = await page_of(workspace.administrator, desk_server, chromium)
    yield Office(page, desk_server)
    await page.context.close()


async def stored(office: Office, workspace: Furnished, path: str) -> Any:
    """What the server keeps."""
    async with httpx.AsyncClient(
        base_url=f"{office.server.url}/api/v1", headers=workspace.administrator.headers
    ) as api:
        return (await api.get(path)).json()


async def test_from_an_empty_queue_to_the_first_offer(
    company: Company, desk_server: Process, chromium: Browser, axe: str
) -> None:
    page = await page_of(company.people.administrator, desk_server, chromium)
    office = Office(page, desk_server)
    await office.open("/admin/skills")
    await page.get_by_role("button", name="Nuova competenza").click()
    await office.save()
    await expect(office.dialog.get_by_label("Nome")).to_have_attribute("aria-invalid", "true")
    await office.dialog.get_by_label("Nome").fill("Bollette")
    await office.save()
    await expect(office.row("Bollette")).to_contain_text("0 persone")

    await office.open("/admin/people")
    for name, level in (("Agent Prova", "4"), ("Other Prova", "2")):
        await office.pick(name, "Competenze e carico")
        await office.dialog.get_by_label("Aggiungi una competenza").select_option(label="Bollette")
        await office.dialog.get_by_label("Livello di Bollette").select_option(level)
        await clean(page, axe)
        await office.save()
        await expect(page.get_by_role("dialog")).to_have_count(0)

    await office.open("/admin/queues")
    await page.locator("main").get_by_role("link", name="Clienti").click()
    await page.get_by_label("Competenze richieste: Aggiungi una competenza").select_option(label="Bollette")
    await page.get_by_role("switch", name="Proponi prima di dare").check()
    await page.get_by_label("Secondi per rispondere").first.fill("presto")
    await page.get_by_label("Motivi per rifiutare").fill("Sono in un’altra pratica\nNon è il mio argomento")
    for at in range(2):
        await page.get_by_role("button", name="Aggiungi un passo").click()
        await expect(page.get_by_role("group", name=f"Passo {at + 1}")).to_be_visible()
    await page.get_by_role("button", name="Salva").click()
    await expect(page.get_by_label("Secondi per rispondere").first).to_be_focused()
    await expect(page.get_by_text("Qui ci vuole un numero.")).to_be_visible()
    await page.get_by_label("Secondi per rispondere").first.fill("30")
    await page.get_by_role("button", name="Salva").click()
    first, second = page.get_by_role("group", name="Passo 1"), page.get_by_role("group", name="Passo 2")
    await expect(first.get_by_label("Secondi")).to_have_attribute("aria-invalid", "true")
    await first.get_by_label("Secondi").fill("20")
    await second.get_by_role("switch", name="Con competenze proprie").check()
    await second.get_by_label("Competenze richieste: Aggiungi una competenza").select_option(label="Bollette")
    await second.get_by_label("Livello di Bollette").select_option("1")
    await clean(page, axe)
    await page.get_by_role("button", name="Salva").click()
    await expect(page.get_by_role("region", name="Avvisi")).to_contain_text("Salvato")
    async with company.api(company.people.administrator) as api:
        (queue,) = (await api.get("/queues")).json()["items"]
    rules = queue["rules"]
    (skill,) = rules["requirement"]
    assert rules["requirement"] == {skill: 3}
    assert (rules["offers"], rules["offer_s"], len(rules["decline_reasons"])) == (True, 30, 2)
    assert [ring["seconds"] for ring in rules["rings"]] == [20, None]
    assert rules["rings"][1]["requirement"] == {skill: 1}
    await page.context.close()

    agent = await company.desk()
    await a_chat(company)
    await expect(card(agent)).to_contain_text("Clienti")


async def test_dispositions_are_a_tree(office: Office, workspace: Furnished) -> None:
    page = office.page
    await office.open("/admin/dispositions")
    await page.get_by_role("button", name="Nuovo esito").click()
    await office.dialog.get_by_label("Nome").fill("Bolletta")
    await office.save()
    await expect(office.row("Bolletta")).to_contain_text("si può scegliere")
    await office.pick("Bolletta", "Nuovo esito qui sotto")
    await expect(office.dialog.get_by_label("Sotto")).to_contain_text("Bolletta")
    await office.dialog.get_by_label("Nome").fill("Spiegata")
    await office.save()
    await expect(office.row("Bolletta")).not_to_contain_text("si può scegliere")
    await expect(office.row("Spiegata")).to_contain_text("si può scegliere")
    (parent, leaf) = (await stored(office, workspace, "/dispositions"))["items"]
    assert leaf["parent_id"] == parent["id"]
    await office.pick("Spiegata", "Archivia")
    await expect(office.row("Spiegata")).to_contain_text("Archiviato")
    await page.get_by_role("region", name="Avvisi").get_by_role("button", name="Annulla").click()
    await expect(office.row("Spiegata")).to_contain_text("si può scegliere")


async def test_the_workspace_says_how_much_everybody_may_have(office: Office, workspace: Furnished) -> None:
    page = office.page
    await office.open("/admin/routing")
    await page.get_by_label("Tra chi può").select_option("longest_idle")
    await page.get_by_label("Unità: Chat").fill("0")
    await page.get_by_role("button", name="Salva").click()
    await expect(page.get_by_label("Unità: Chat")).to_have_attribute("aria-invalid", "true")
    await page.get_by_label("Unità: Chat").fill("50")
    chat = page.get_by_role("group", name="Chat può interrompere")
    await chat.get_by_role("checkbox", name="e-mail").check()
    await page.get_by_role("button", name="Salva").click()
    await expect(page.get_by_role("region", name="Avvisi")).to_contain_text("Salvato")
    rules = (await stored(office, workspace, "/routing"))["rules"]
    assert rules["choice"] == "longest_idle"
    assert rules["channels"]["webchat"] == {"units": 50, "interrupts": ["email"]}


@pytest.mark.parametrize("path", PAGES)
async def test_axe_finds_nothing_and_nothing_is_cut_off(office: Office, axe: str, path: str) -> None:
    await office.open(f"/admin/{path}")
    await clean(office.page, axe)
    for width in (1366, 320):
        await office.page.set_viewport_size({"width": width, "height": 700})
        wide = await office.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0
