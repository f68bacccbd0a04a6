"""`/demo`: the invented supplier's page, with a chat that works and a customer who signs in."""

import httpx
import pytest
from playwright.async_api import BrowserContext, expect

from battito.channels.webchat.demo import DEMO_SITE, demo_settings
from battito.platform.database import Database
from tests.channels.webchat.browser.conftest import frame_of
from tests.channels.webchat.browser.test_widget import conversation_of, say
from tests.channels.webchat.conftest import add_widget
from tests.support.axe import axe_source
from tests.support.browser import holds
from tests.support.demo_site import free_demo_site
from tests.support.server import Process
from tests.support.workspace import Furnished

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]


async def test_a_customer_of_the_demonstration_signs_in_and_writes(
    context: BrowserContext,
    database: Database,
    database_url: str,
    workspace: Furnished,
    chat_server: Process,
) -> None:
    await free_demo_site(database_url)
    widget = await add_widget(database, workspace, chat_server, demo_settings(), DEMO_SITE)
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.goto(f"{chat_server.url}/demo")
    await holds(page, "window.Battito?.w?.length === 1")
    await page.evaluate(axe_source())
    found = await page.evaluate("axe.run()")
    assert [f"{v['id']}: {v['nodes'][0]['html'][:120]}" for v in found["violations"]] == []
    await page.get_by_role("button", name="Entra come Teresa Colombo").click()
    await expect(page.locator("#account")).to_have_text("Teresa Colombo")
    await page.get_by_role("button", name="Scrivi a una persona").click()
    frame = await frame_of(page, widget)
    await frame.get_by_label("Come ti chiami?").fill("Teresa")
    await frame.get_by_label("Di che cosa parliamo?").select_option("bill")
    await frame.get_by_label("Ho letto").check()
    await frame.get_by_role("button", name="Inizia").click()
    await frame.get_by_label("Scrivi un messaggio").wait_for()
    await say(frame, page, "La bolletta di ottobre è troppo alta")
    await expect(frame.locator(".receipt")).to_have_text("Inviato")
    async with httpx.AsyncClient(base_url=f"{chat_server.url}/api/v1", headers=workspace.agent.headers) as agent:
        row = (await agent.get(f"/conversations/{await conversation_of(agent)}")).json()
    assert row["contact"]["name"] == "Teresa Colombo"
    assert said == []  # no violated policy, no error
