"""Nothing is lost and nothing doubled while the network or the server is away, or a colleague is at the same conversation."""

import re
from pathlib import Path

import pytest
from playwright.async_api import Frame, Page, expect

from tests.browser.conftest import RING, Company, MakeCompany
from tests.browser.hands import ARRIVED, editor, row_of, written
from tests.support.server import serving

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]

HEALS_MS = 30_000
"""Longest pause between two tries to link up again, and some."""


async def a_chat(company: Company, text: str = "Buongiorno, ho una domanda.") -> tuple[Page, Frame]:
    """A customer who has written."""
    customer, chat = await company.customer()
    await chat.get_by_label("Scrivi un messaggio").fill(text)
    await customer.keyboard.press("Enter")
    await expect(chat.locator("li.customer .receipt")).to_have_text(ARRIVED)
    return customer, chat


async def texts(company: Company) -> list[str]:
    """What was said in the only conversation."""
    (conversation,) = await company.conversations()
    return [m["text"] for m in await company.messages(conversation["id"]) if m["kind"] == "message"]


async def test_without_network_the_answer_waits_and_goes_once(company: Company) -> None:
    _, chat = await a_chat(company)
    page = await company.desk()
    await row_of(page, "Teresa Colombo").click()
    await expect(written(page)).to_contain_text("ho una domanda")
    await page.context.set_offline(True)
    await editor(page).fill("Mi dica pure, la ascolto.")
    await page.keyboard.press("Control+Enter")
    await page.keyboard.press("Control+Enter")
    await expect(written(page)).to_contain_text("Parte appena torna la rete")
    assert await texts(company) == ["Buongiorno, ho una domanda."]
    await page.context.set_offline(False)
    await expect(chat.locator("li.agent")).to_contain_text("Mi dica pure", timeout=HEALS_MS)
    await expect(page.get_by_text("Tutto salvato")).to_be_visible()
    await expect(written(page).get_by_text("Mi dica pure, la ascolto.")).to_have_count(1)
    assert await texts(company) == ["Buongiorno, ho una domanda.", "Mi dica pure, la ascolto."]


async def test_a_killed_server_loses_and_doubles_nothing(
    company_on: MakeCompany, database_url: str, web_root: Path, tmp_path: Path
) -> None:
    with serving(database_url, tmp_path / "first", secret_key=RING, web_root=str(web_root)) as first:
        company = await company_on(first)
        _, chat = await a_chat(company)
        page = await company.desk()
        await row_of(page, "Teresa Colombo").click()
        await expect(written(page)).to_contain_text("ho una domanda")
        first.kill()
        await editor(page).fill("Scritto mentre il server non c’era.")
        await page.keyboard.press("Control+Enter")
        await page.keyboard.press("Control+Enter")
        await chat.get_by_label("Scrivi un messaggio").fill("Ci siete ancora?")
        await chat.get_by_label("Scrivi un messaggio").press("Enter")
        await expect(page.get_by_text("Collegamento interrotto.")).to_be_visible(timeout=HEALS_MS)
        await expect(written(page)).to_contain_text("Parte appena torna la rete")
    port = int(first.url.rpartition(":")[2])
    with serving(database_url, tmp_path / "second", port=port, secret_key=RING, web_root=str(web_root)):
        await expect(page.get_by_text("In tempo reale").first).to_be_visible(timeout=HEALS_MS)
        await expect(chat.locator("li.agent")).to_contain_text("Scritto mentre", timeout=HEALS_MS)
        await expect(written(page)).to_contain_text("Ci siete ancora?", timeout=HEALS_MS)
        await expect(written(page).get_by_text("Scritto mentre il server non c’era.")).to_have_count(1)
        await expect(written(page).get_by_text("Ci siete ancora?")).to_have_count(1)
        assert sorted(await texts(company)) == [
            "Buongiorno, ho una domanda.", "Ci siete ancora?", "Scritto mentre il server non c’era.",
        ]  # fmt: skip


async def test_two_agents_see_each_other_and_taking_over_is_asked(company: Company) -> None:
    _, chat = await a_chat(company)
    first = await company.desk()
    await row_of(first, "Teresa Colombo").click()
    address = re.sub("^https?://[^/]+", "", first.url)
    second = await company.desk(company.people.other, address)
    await expect(second.get_by_text("La segue Agent Prova. Se rispondi, passa a te.")).to_be_visible()
    await expect(editor(second)).to_be_hidden()
    await expect(first.get_by_text("Other guarda")).to_be_visible()

    await second.get_by_role("button", name="Rispondi tu").click()
    await editor(second).click()
    await second.keyboard.type("Rispondo io, ")
    await expect(first.get_by_text("Other Prova sta scrivendo una risposta proprio ora.")).to_be_visible()
    await expect(editor(first)).to_be_hidden()
    await second.keyboard.type("un momento.")
    await second.keyboard.press("Control+Enter")
    await second.keyboard.press("Control+Enter")
    await expect(chat.locator("li.agent")).to_contain_text("Rispondo io, un momento.")
    await expect(first.get_by_text("La segue Other Prova").first).to_be_visible()
    (conversation,) = await company.conversations()
    assert conversation["owner"]["id"] == str(company.people.other.id)


async def test_the_customer_is_seen_writing_and_a_colleagues_look_reads_nothing(company: Company) -> None:
    _, chat = await a_chat(company)
    page = await company.desk()
    await expect(row_of(page, "Teresa Colombo")).to_be_visible()
    (conversation,) = await company.conversations()
    colleague = await company.desk(company.people.other, f"/c/{conversation['id']}")
    await expect(written(colleague)).to_contain_text("ho una domanda")
    await colleague.wait_for_timeout(1500)  # longer than what counts as read
    await expect(row_of(page, "Teresa Colombo").get_by_text("non lett")).to_be_attached()
    assert (await company.conversations())[0]["unread"] == 1

    await row_of(page, "Teresa Colombo").click()
    await expect(row_of(page, "Teresa Colombo").get_by_text("non lett")).to_have_count(0)
    await chat.get_by_label("Scrivi un messaggio").press_sequentially("Vorrei sap", delay=60)
    await expect(written(page).get_by_text("Teresa sta scrivendo")).to_be_attached()
    await expect(row_of(page, "Teresa Colombo")).to_contain_text("sta scrivendo")
    # Who looks on is a colleague; the customer is never counted among them.
    present = page.get_by_role("status").filter(has_text="guarda")
    await expect(present).to_contain_text("Other guarda")
    await expect(present).not_to_contain_text("Teresa")
    assert (await company.conversations())[0]["unread"] == 0
