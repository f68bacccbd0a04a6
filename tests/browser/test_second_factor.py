"""An administrator asks for a second step; an agent is told before, led to it when they sign in, and then to the desk."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pyotp
import pytest
from playwright.async_api import expect

from tests.browser.conftest import Company
from tests.browser.test_access import found
from tests.support.workspace import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]


async def people_are_told_before(company: Company, axe: str) -> None:
    """Days before it is asked, a quiet line on the desk says from when on, and leads to where it is set up."""
    async with company.api(company.people.administrator) as api:
        kept = (await api.get("/workspace/second-factor")).json()
        policy = {name: kept[name] for name in ("required", "roles", "from")}
        begins = datetime.now(UTC) + timedelta(days=7)
        put = await api.put("/workspace/second-factor", json={**policy, "from": begins.isoformat()})
        assert put.status_code == 200, put.text
        page = await company.desk()
        line = page.get_by_role("status").filter(has_text="serve anche un secondo passo")
        await expect(line).to_contain_text(f"{begins.astimezone(ZoneInfo('Europe/Rome')).day} ")
        assert not await found(page, axe)
        await line.get_by_role("button", name="Prepara").click()
        await page.get_by_role("heading", name="Secondo passo per entrare").first.wait_for()
        await expect(line).to_have_count(0)
        await page.goto(f"{company.server.url}/")
        await line.get_by_role("button", name="Più tardi").click()
        await expect(line).to_have_count(0)
        await api.put("/workspace/second-factor", json=policy)


async def test_who_has_no_second_step_is_led_to_one(company: Company, axe: str) -> None:
    page = await company.desk(company.people.administrator, "/admin/roles")
    await page.get_by_role("heading", name="Secondo passo per entrare").wait_for()
    await page.get_by_text("Ad alcuni ruoli").click()
    await page.get_by_role("group", name="Ruoli").get_by_label("Operatore").check()
    await page.get_by_label("Da quando è obbligatorio").select_option(label="Subito")
    assert not await found(page, axe)
    await page.get_by_role("button", name="Salva").last.click()
    await expect(page.get_by_text("Ancora senza:")).to_contain_text("Agent Prova")

    await people_are_told_before(company, axe)
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


async def test_whoever_the_sign_on_sent_back_is_told_why(company: Company) -> None:
    for locale, said, unknown in (
        ("it-IT", "Nessuno dei tuoi gruppi", "L’accesso non è riuscito"),
        ("en-GB", "None of your groups", "The sign-on did not work"),
    ):
        context = await company.browser.new_context(locale=locale)
        page = await context.new_page()
        await page.goto(f"{company.server.url}/sign-in?problem=no-role")
        await expect(page.get_by_role("alert")).to_contain_text(said)
        # what stands in an address is never shown
        await page.goto(f"{company.server.url}/sign-in?problem=Scrivi+a+chi+ti+inganna")
        await expect(page.get_by_role("alert")).to_contain_text(unknown)
        await expect(page.get_by_text("inganna")).to_have_count(0)
        await context.close()
