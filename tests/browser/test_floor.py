"""The supervisor's floor: numbers move as customers write, open into conversations, and work is moved from there."""

import asyncio
import re
from typing import Any

import pytest
from aiosmtplib.errors import SMTPRecipientsRefused
from playwright.async_api import Locator, Page, expect

from battito.channels.email.simulator import MailSimulator, letter
from tests.browser.conftest import DESK, Company
from tests.browser.test_access import TOO_WIDE, faults, found

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]

PHONE = {"width": 320, "height": 640}
TELEVISIONS = ({"width": 1792, "height": 976}, DESK)


async def write(company: Company, provider: MailSimulator, name: str, subject: str) -> None:
    """A customer writes a mail."""
    address = f"{name.split()[0].lower()}@posta.example"
    mail = letter((name, address), company.mailbox, subject, f"Buongiorno.\n\n{name}\n")
    for _ in range(50):
        try:
            await provider.write(mail, address, [company.mailbox])
            return
        except SMTPRecipientsRefused:  # the mailbox was made a moment ago
            await asyncio.sleep(0.1)
    raise TimeoutError(company.mailbox)


async def second_queue(company: Company) -> None:
    """A queue to move work to, and nobody who takes any."""
    await company.connection.execute("update presence set state = 'offline' where workspace_id = $1", company.people.id)
    async with company.api(company.people.administrator) as api:
        assert (await api.post("/queues", json={"name": "Reclami", "gives_work": False})).status_code == 201


def number(page: Page, figure: str, queue: str) -> Locator:
    """A number of the floor, by what it counts."""
    return page.get_by_role("button", name=re.compile(rf"^{figure}, {queue}: "))


async def expect_number(page: Page, figure: str, queue: str, value: int) -> None:
    """It becomes this, without anybody asking for it."""
    await expect(number(page, figure, queue)).to_have_accessible_name(f"{figure}, {queue}: {value}")


async def test_numbers_move_and_open(company: Company, provider: MailSimulator) -> None:
    await second_queue(company)
    page = await company.desk(company.people.supervisor, "/floor")
    await expect(page.get_by_role("region", name="Frase composta da Battito")).not_to_be_empty()
    await expect_number(page, "In attesa", "Clienti", 0)
    await write(company, provider, "Giulia Ferri", "Voltura del contatore")
    await expect_number(page, "In attesa", "Clienti", 1)
    await write(company, provider, "Piero Sanna", "Bolletta doppia")
    await expect_number(page, "In attesa", "Clienti", 2)

    await number(page, "In attesa", "Clienti").click()
    panel = page.get_by_role("complementary", name="Dietro il numero")
    await expect(panel.get_by_role("listitem")).to_have_count(2)
    await panel.get_by_role("button", name="Azioni per Giulia Ferri").click()
    await page.get_by_role("menuitem", name="Sposta in un’altra coda").click()
    await page.get_by_role("option", name="Reclami").click()
    await expect_number(page, "In attesa", "Clienti", 1)
    await expect_number(page, "In attesa", "Reclami", 1)
    await expect(panel.get_by_role("listitem")).to_have_count(1)

    await page.get_by_role("region", name="Avvisi").get_by_role("button", name="Annulla").last.click()
    await expect_number(page, "In attesa", "Clienti", 2)
    await expect_number(page, "In attesa", "Reclami", 0)

    await panel.get_by_role("button", name="Azioni per Giulia Ferri").click()
    await page.get_by_role("menuitemradio", name="Urgente").click()
    await expect(panel.get_by_role("listitem").filter(has_text="Giulia Ferri")).to_contain_text("Urgente")
    await panel.get_by_role("button", name="Azioni per Piero Sanna").click()
    await page.get_by_role("menuitem", name="Assegna a una persona").click()
    await page.get_by_role("option", name=company.agent.name).click()
    await expect_number(page, "In attesa", "Clienti", 1)
    await expect_number(page, "In mano", "Clienti", 1)
    await panel.get_by_role("link", name="Giulia Ferri").click()
    await expect(page).to_have_url(re.compile("/c/"))


async def test_the_floor_by_keyboard(company: Company, provider: MailSimulator) -> None:
    await second_queue(company)
    await write(company, provider, "Giulia Ferri", "Voltura del contatore")
    page = await company.desk(company.people.supervisor)
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").last.fill("Vai alla sala")
    await expect(page.get_by_role("option", name="Vai alla sala").first).to_have_attribute("aria-selected", "true")
    await page.keyboard.press("Enter")
    await expect_number(page, "In attesa", "Clienti", 1)
    await page.keyboard.press("j")
    await expect(page.get_by_role("row").filter(has_text="Clienti").first).to_be_focused()
    await page.keyboard.press("Enter")
    panel = page.get_by_role("complementary", name="Dietro il numero")
    await expect(panel.get_by_role("link", name="Giulia Ferri")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await page.keyboard.press("m")
    await expect(page.get_by_role("dialog")).to_have_accessible_name("Messaggio alla squadra")
    await page.get_by_label("Messaggio", exact=True).fill("Tra dieci minuti si chiude la linea.")
    await page.get_by_role("dialog").get_by_role("button", name="Invia").press("Enter")
    await expect(page.get_by_role("region", name="Messaggi alla squadra")).to_contain_text("Tra dieci minuti")
    await page.keyboard.press("Control+k")
    await page.get_by_role("combobox").last.fill("tabellone")
    await page.keyboard.press("Enter")
    board = page.get_by_role("main", name="Tabellone")
    await expect(board.get_by_role("region", name="Code")).to_contain_text("Clienti")
    await page.keyboard.press("Escape")
    await expect(page).to_have_url(re.compile("/floor$"))


async def test_skills_state_and_a_raised_hand(company: Company) -> None:
    async with company.api(company.people.administrator) as api:
        skill = (await api.post("/skills", json={"name": "Voltura"})).json()["id"]
    page = await company.desk(company.people.supervisor, "/floor")
    actions = page.get_by_role("button", name=f"Azioni per {company.agent.name}")
    await actions.click()
    await page.get_by_role("menuitem", name="Cambia competenze").click()
    await page.get_by_label("Livello di Voltura").select_option("4")
    await page.get_by_role("dialog").get_by_role("button", name="Salva").click()
    await expect(page.get_by_role("dialog")).to_be_hidden()
    async with company.api(company.people.administrator) as api:
        assert (await api.get(f"/users/{company.agent.id}/skills")).json() == {"skills": {skill: 4}}

    await actions.click()
    await page.get_by_role("menuitemradio", name="Pausa").click()
    people = page.get_by_role("region", name="Persone")
    await expect(people).to_contain_text("In pausa")

    async with company.api() as api:
        assert (await api.post("/hands", json={"text": "Un reclamo difficile"})).status_code == 201
    hand = page.get_by_role("group", name=f"{company.agent.name} chiede aiuto")
    await expect(hand).to_contain_text("Un reclamo difficile")
    await hand.get_by_role("button", name="Vado io").click()
    await expect(hand).to_be_hidden()


async def test_history_shows_what_each_rate_comes_from(company: Company, provider: MailSimulator, axe: str) -> None:
    await write(company, provider, "Giulia Ferri", "Voltura del contatore")
    page = await company.desk(company.people.supervisor, "/floor/history")
    await page.get_by_label("Righe per").select_option("queue")
    table = page.get_by_role("table")
    await expect(table).to_contain_text("Clienti")
    await expect(page.locator("canvas")).to_have_count(1)
    async with page.expect_download() as download:
        await page.get_by_role("link", name="CSV").click()
    text = (await (await download.value).path()).read_text("utf-8")
    assert "Clienti" in text
    assert await faults(page, page, "history", axe) == []


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["1366", "320"])
async def test_the_floor_keeps_nobody_out(
    company: Company, provider: MailSimulator, axe: str, size: dict[str, Any]
) -> None:
    await second_queue(company)
    await write(company, provider, "Giulia Ferri", "Voltura del contatore")
    async with company.api() as api:
        await api.post("/hands", json={"text": "Un reclamo difficile"})
    page = await company.desk(company.people.supervisor, "/floor", viewport=size)
    await expect_number(page, "In attesa", "Clienti", 1)
    wrong = await faults(page, page, "floor", axe)
    await number(page, "In attesa", "Clienti").click()
    await expect(page.get_by_role("link", name="Giulia Ferri")).to_be_visible()
    wrong += await faults(page, page, "behind a number", axe)
    page_wide = "(() => { const f = document.querySelector('.floor'); return f.scrollWidth - f.clientWidth })()"
    await page.keyboard.press("Escape")
    assert await page.evaluate(page_wide) <= 0
    assert wrong == [], "\n".join(wrong)


async def test_the_wallboard_fits_its_television(company: Company, provider: MailSimulator, axe: str) -> None:
    await second_queue(company)
    await write(company, provider, "Giulia Ferri", "Voltura del contatore")
    page = await (await company.context(company.people.supervisor)).new_page()
    wrong = []
    for size in (*TELEVISIONS, PHONE):
        await page.set_viewport_size({"width": size["width"], "height": size["height"]})
        for look in ("dark", "light"):
            await page.goto(f"{company.server.url}/wallboard?look={look}")
            await expect(page.get_by_role("region", name="Code")).to_contain_text("Clienti")
            wrong += [f"{size['width']} {look}: {one}" for one in await found(page, axe)]
            wrong += await page.evaluate(TOO_WIDE)
        if size in TELEVISIONS:
            over = await page.evaluate("document.querySelector('.board').scrollHeight - innerHeight")
            assert over <= 0
    assert wrong == [], "\n".join(wrong)


async def test_who_does_not_watch_sees_no_floor(company: Company) -> None:
    page = await company.desk(company.agent, "/floor")
    await expect(page.get_by_text("La sala è di chi la guida")).to_be_visible()
    await expect(page.get_by_role("link", name="Sala")).to_be_hidden()
