"""An administrator asks for a second step; an agent is led to it when they sign in, and then to the desk."""

import pyotp
import pytest
from playwright.async_api import expect

from tests.browser.conftest import Company
from tests.browser.test_access import found
from tests.support.workspace import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]


async def test_who_has_no_second_step_is_led_to_one(company: Company, axe: str) -> None:
    page = await company.desk(company.people.administrator, "/admin/roles")
    await page.get_by_role("heading", name="Secondo passo per entrare").wait_for()
    await page.get_by_text("Ad alcuni ruoli").click()
    await page.get_by_role("group", name="Ruoli").get_by_label("Operatore").check()
    await page.get_by_label("Da quando è obbligatorio").select_option(label="Subito")
    assert not await found(page, axe)
    await page.get_by_role("button", name="Salva").last.click()
    await expect(page.get_by_text("Ancora senza:")).to_contain_text("Agent Prova")

    desk = await (await company.context()).new_page()
    await desk.goto(f"{company.server.url}/sign-in")
    await desk.get_by_label("E-mail").fill(company.agent.email)
    await desk.get_by_label("Password", exact=True).fill(PASSWORD)
    await desk.get_by_role("button", name="Entra", exact=True).click()
    await desk.get_by_role("heading", name="Serve un secondo passo").wait_for()
    assert not await found(desk, axe)
    assert await desk.evaluate("fetch('/api/v1/conversations').then((r) => r.status)") == 403
    await desk.get_by_role("button", name="Collega l’app").click()
    secret = await desk.get_by_role("dialog").locator("img + *").inner_text()
    found_secret = next(word for word in secret.split() if len(word) == 32)
    await desk.get_by_label("Codice di sei cifre").fill(pyotp.TOTP(found_secret).now())
    await desk.get_by_role("button", name="Conferma").click()
    await desk.get_by_role("button", name="Li ho conservati").click()
    await desk.get_by_text("In tempo reale").first.wait_for(state="attached")
