"""Calendars and promises in the administration, and what the desk shows of them."""

import re
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.browser.test_admin import Office, page_of
from tests.browser.test_offers import clean
from tests.support.server import Process
from tests.support.workspace import Furnished, a_conversation

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]

SAVED: Final = "Salvato"


@pytest.fixture
async def office(desk_server: Process, workspace: Furnished, chromium: Browser) -> AsyncIterator[Office]:
    """The administration, open in Italian on a small laptop."""
    page = await page_of(workspace.administrator, desk_server, chromium)
    yield Office(page, desk_server)
    await page.context.close()


async def test_from_an_empty_calendar_to_a_promise_on_the_desk(
    office: Office, workspace: Furnished, connection: Any, axe: str
) -> None:
    page, told = office.page, office.page.get_by_role("region", name="Avvisi")
    await office.open("/admin/calendars")
    await page.get_by_role("button", name="Nuovo calendario").click()
    await page.get_by_role("button", name="Salva").click()
    await expect(page.get_by_label("Nome")).to_be_focused()
    await page.get_by_label("Nome").fill("Sede di Milano")
    await page.get_by_label("Provincia o città").select_option(label="Milano")
    ahead = page.get_by_role("complementary", name="Che cosa vuol dire")
    await expect(ahead).to_contain_text("Sant'Ambrogio")
    await expect(ahead).to_contain_text("45 ore in una settimana normale")
    await page.get_by_label("Chiude alle").fill("08:00")
    await page.get_by_role("button", name="Salva").click()
    await expect(page.get_by_label("Chiude alle")).to_be_focused()
    await expect(page.get_by_text("Deve chiudere dopo che ha aperto.")).to_be_visible()
    await page.get_by_label("Chiude alle").fill("24:00")
    for day in ("Sabato", "Domenica"):
        await page.get_by_role("checkbox", name=day).check()
    await page.get_by_label("Apre alle").fill("00:00")
    await page.get_by_label("Paese").select_option(label="Nessuno: si lavora anche nei festivi")
    await page.get_by_role("button", name="Aggiungi un giorno").click()
    await page.get_by_label("Giorno", exact=True).fill("2030-08-14")
    await page.get_by_label("Perché").fill("Ponte")
    await clean(page, axe)
    await page.get_by_role("button", name="Salva").click()
    await expect(told).to_contain_text(SAVED)
    await office.open("/admin/calendars")
    await expect(page.locator("main").get_by_role("listitem").filter(has_text="Sede di Milano")).to_contain_text(
        "lun–dom 00:00–24:00"
    )

    conversation = await a_conversation(connection, workspace)
    await connection.execute(
        "update conversation set waiting_since = now() - interval '30 minutes', subject = 'Contatore' where id = $1", conversation
    )  # fmt: skip
    await office.open("/admin/sla/new")
    await page.get_by_label("Nome").fill("E-mail in due ore")
    await page.get_by_role("checkbox", name="e-mail").check()
    await page.get_by_label("Si conta il tempo di").select_option(label="Sede di Milano")
    await page.get_by_label("Entro", exact=True).fill("due")
    await page.get_by_role("button", name="Aggiungi una conseguenza").click()
    await page.get_by_label("Passo 1").select_option(label="Alza la priorità")
    await page.get_by_role("button", name="Salva").click()
    await expect(page.get_by_label("Entro", exact=True)).to_be_focused()
    await page.get_by_label("Entro", exact=True).fill("2")
    await clean(page, axe)
    await page.get_by_role("button", name="Salva").click()
    await expect(told).to_contain_text("Le conversazioni aperte vengono riviste")
    async with httpx.AsyncClient(
        base_url=f"{office.server.url}/api/v1", headers=workspace.administrator.headers
    ) as api:
        (policy,) = (await api.get("/sla-policies")).json()["items"]
        number = (await api.get(f"/conversations/{conversation}")).json()["number"]
    assert policy["targets"]["first"]["target_s"] == 7200
    assert policy["escalations"][0]["steps"] == [{"do": "priority", "priority": None}]

    await office.open("/admin/sla")
    await page.get_by_role("button", name="Prova").click()
    await office.dialog.get_by_label("Numero della conversazione").fill(str(number))
    await office.dialog.get_by_role("button", name="Guarda").click()
    await expect(office.dialog).to_contain_text("Vale «E-mail in due ore».")
    await clean(page, axe)
    await page.keyboard.press("Escape")

    await page.goto(f"{office.server.url}/c/{conversation}")
    promise = page.get_by_role("button", name="Prima risposta entro")
    await promise.focus()
    await page.keyboard.press("Enter")
    clocks = page.get_by_role("dialog", name="Le promesse di questa conversazione")
    await expect(clocks).to_contain_text(re.compile(r"restano (8\d|90) minuti di 2 ore"))
    await expect(clocks).to_contain_text("Orario: Sede di Milano")
    await clean(page, axe)
