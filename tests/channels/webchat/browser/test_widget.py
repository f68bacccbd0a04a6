"""The widget in a real browser, on another site: form, talk, interruptions, keyboard, and what assistive technology finds."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from playwright.async_api import BrowserContext, Frame, Page, async_playwright, expect
from playwright.async_api import Error as PlaywrightError

from battito.calendars.models import WeekHours
from battito.channels.webchat.settings import Hours, Trigger
from tests.channels.webchat.browser.conftest import ARGUMENTS, Site, frame_of, start_chat
from tests.channels.webchat.conftest import Widget
from tests.support.axe import axe_source
from tests.support.browser import CHROMIUM, holds

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]


async def conversation_of(agent: httpx.AsyncClient) -> str:
    """The only conversation there is, once it is there."""
    for _ in range(200):
        items = (await agent.get("/conversations?view=all&status=open,waiting,resolved")).json()["items"]
        if items:
            return str(items[0]["id"])
        await asyncio.sleep(0.1)
    raise TimeoutError


async def reply(agent: httpx.AsyncClient, text: str) -> None:
    """The agent answers."""
    conversation = await conversation_of(agent)
    sent = await agent.post(f"/conversations/{conversation}/messages", json={"client_id": str(uuid4()), "text": text})
    assert sent.status_code == 201, sent.text


async def texts(agent: httpx.AsyncClient, count: int) -> list[str]:
    """What was written in the conversation, once there are `count` messages, and a moment later."""
    conversation = await conversation_of(agent)
    found: list[str] = []
    for _ in range(100):
        items = (await agent.get(f"/conversations/{conversation}/messages")).json()["items"]
        enough = len(found) >= count
        found = [m["text"] for m in items if m["kind"] == "message"]
        if enough:
            break
        await asyncio.sleep(0.1)
    return found


async def say(frame: Frame, page: Page, text: str) -> None:
    """Write and press Enter."""
    await frame.get_by_label("Scrivi un messaggio").fill(text)
    await page.keyboard.press("Enter")


async def stored(frame: Frame) -> int:
    """How many things the widget keeps in the browser."""
    return int(await frame.evaluate("Object.keys(localStorage).length"))


async def violations(frame: Frame) -> list[str]:
    """What axe-core finds (WCAG 2.2 AA and best practice)."""
    await frame.evaluate(axe_source())
    found: list[dict[str, Any]] = (await frame.evaluate("axe.run(document, {iframes: false})"))["violations"]
    return [f"{v['id']}: {v['help']} {[n['html'][:120] for n in v['nodes']]}" for v in found]


@pytest.fixture
async def page(context: BrowserContext, host_site: Site, widget: Widget) -> Page:
    """The customer's page with the widget on it; errors in it fail the test that looks at them."""
    page = await context.new_page()
    await page.goto(host_site.page(widget))
    await holds(page, "window.Battito?.w?.length === 1")
    return page


@pytest.fixture
async def widget(another_widget: Any, workspace: Any, host_site: Site) -> Widget:
    """A widget that the customer's site may show."""
    made: Widget = await another_widget(workspace, origins=[host_site.origin])
    return made


async def test_a_customer_writes_and_a_person_answers(page: Page, widget: Widget, agent: httpx.AsyncClient) -> None:
    assert len(page.frames) == 1  # nothing but the button before it is opened
    assert await page.evaluate("localStorage.length") == 0
    await page.evaluate("Battito('open')")
    frame = await frame_of(page, widget)
    await expect(frame.get_by_role("heading", name="Lumera Energia")).to_be_visible()
    assert await stored(frame) == 0
    await frame.get_by_role("button", name="Inizia").click()
    await expect(frame.get_by_role("checkbox")).to_have_attribute("aria-invalid", "true")
    assert await stored(frame) == 0  # nothing was accepted, nothing is kept
    await frame.get_by_label("Come ti chiami?").fill("Teresa Colombo")
    await frame.get_by_label("Ho letto").check()
    await frame.get_by_role("button", name="Inizia").click()
    await say(frame, page, "Buongiorno, <b>la bolletta</b> è alta. https://www.lumera.example/bolletta.")
    mine = frame.locator("li.customer")
    await expect(mine).to_contain_text("<b>la bolletta</b>")
    await expect(mine.get_by_role("link")).to_have_attribute("href", "https://www.lumera.example/bolletta")
    await expect(mine.locator(".receipt")).to_have_text("Inviato")
    await reply(agent, "Buongiorno Teresa. <script>alert(1)</script>")
    theirs = frame.locator("li.agent")
    await expect(theirs).to_contain_text("<script>alert(1)</script>")
    await expect(frame.locator(".status")).to_contain_text("Agent è qui con te")
    await expect(mine.locator(".receipt")).to_have_text("Letto")


OPEN_SHADOWS = "const attach = Element.prototype.attachShadow; Element.prototype.attachShadow = function (o) { return attach.call(this, { ...o, mode: 'open' }) }"
"""The launcher's shadow root is closed; this lets a test look in."""
TOLD_OF_READING = "const get = Storage.prototype.getItem; Storage.prototype.getItem = function (key) { (window.read ??= []).push(key); return get.call(this, key) }"
"""`window.read`: what the page's scripts have looked up in its storage."""


async def test_unread_answers_are_counted_on_the_button(
    context: BrowserContext, host_site: Site, widget: Widget, agent: httpx.AsyncClient
) -> None:
    await context.add_init_script(OPEN_SHADOWS)
    page = await context.new_page()
    await page.goto(host_site.page(widget))
    button = page.get_by_role("button", name="Scrivici")
    await button.click()
    frame = await start_chat(page, widget)
    await say(frame, page, "Ci siete?")
    await expect(frame.locator(".receipt")).to_have_text("Inviato")
    await frame.get_by_role("button", name="Chiudi").click()
    await expect(button).to_have_attribute("aria-expanded", "false")
    for text in ("Eccoci", "Mi dica"):
        await reply(agent, text)
    await expect(button).to_have_attribute("data-n", "2")
    await button.click()
    await expect(frame.locator("li.agent").last).to_be_in_viewport()
    await expect(button).to_have_attribute("data-n", "")


async def test_the_conversation_goes_on_on_the_next_page(page: Page, widget: Widget, agent: httpx.AsyncClient) -> None:
    frame = await start_chat(page, widget)
    await say(frame, page, "Prima pagina")
    await expect(frame.locator(".receipt")).to_have_text("Inviato")
    await page.get_by_role("link", name="Un’altra pagina").click()
    await page.wait_for_url("**/altra**")
    frame = await frame_of(page, widget)  # opened by itself: it was open
    await expect(frame.locator("li.customer")).to_contain_text("Prima pagina")
    await reply(agent, "Sono ancora qui")
    await expect(frame.locator("li.agent")).to_contain_text("Sono ancora qui")
    await page.reload()
    frame = await frame_of(page, widget)
    await expect(frame.locator("li")).to_have_count(2)


async def test_without_a_connection_nothing_is_lost_and_nothing_doubled(
    context: BrowserContext, page: Page, widget: Widget, agent: httpx.AsyncClient, host_site: Site
) -> None:
    frame = await start_chat(page, widget)
    await say(frame, page, "con la rete")
    await expect(frame.locator(".receipt")).to_have_text("Inviato")
    await context.set_offline(True)
    await expect(frame.get_by_text("Connessione assente")).to_be_visible(timeout=40_000)
    await say(frame, page, "senza rete")
    await expect(frame.locator("li.customer").last.locator(".receipt")).to_have_text("In invio")
    await page.close()
    await context.set_offline(False)
    again = await context.new_page()
    await again.goto(host_site.page(widget))
    frame = await frame_of(again, widget)
    await expect(frame.locator("li.customer").last).to_contain_text("senza rete")
    await expect(frame.locator("li.customer").last.locator(".receipt")).to_have_text("Inviato")
    await expect(frame.locator("li.customer")).to_have_count(2)
    assert await texts(agent, 2) == ["con la rete", "senza rete"]


async def test_everything_by_keyboard_and_the_focus_returns(page: Page, widget: Widget) -> None:
    await page.get_by_role("button", name="Un bottone della pagina").focus()
    await page.keyboard.press("Tab")  # the link
    await page.keyboard.press("Tab")  # the launcher
    assert await page.evaluate("document.activeElement.tagName") == "DIV"  # the closed shadow root's host
    await page.keyboard.press("Enter")
    frame = await frame_of(page, widget)
    name = frame.get_by_label("Come ti chiami?")
    await expect(name).to_be_focused()
    await page.keyboard.type("Teresa")
    for _ in range(2):
        await page.keyboard.press("Tab")
    await expect(frame.get_by_role("checkbox")).to_be_focused()
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    box = frame.get_by_label("Scrivi un messaggio")
    await expect(box).to_be_focused()
    await page.keyboard.type("Da tastiera")
    await page.keyboard.press("Enter")
    await expect(frame.locator("li.customer")).to_contain_text("Da tastiera")
    await expect(box).to_be_focused()
    await frame.get_by_role("button", name="Altre azioni").focus()
    await page.keyboard.press("Enter")
    await expect(frame.get_by_role("button", name="Termina la conversazione")).to_be_visible()
    await page.keyboard.press("Escape")  # closes the menu, not the chat
    await expect(frame.get_by_role("button", name="Termina la conversazione")).to_be_hidden()
    await expect(frame.get_by_role("button", name="Altre azioni")).to_be_focused()
    await page.keyboard.press("Escape")
    await holds(frame, "!document.hasFocus()")  # back on the launcher
    await page.wait_for_timeout(300)  # keys follow the focus from one process to the other
    await page.keyboard.press("Enter")
    await expect(box).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(page: Page, widget: Widget, agent: httpx.AsyncClient, scheme: Any) -> None:
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.evaluate("Battito('open')")
    frame = await frame_of(page, widget)
    await frame.get_by_role("button", name="Inizia").click()
    await expect(frame.get_by_role("checkbox")).to_have_attribute("aria-invalid", "true")
    assert await violations(frame) == []
    frame = await start_chat(page, widget)
    await say(frame, page, "Buongiorno")
    await expect(frame.locator(".receipt")).to_have_text("Inviato")
    await reply(agent, "Buongiorno a lei")
    await expect(frame.locator("li.agent")).to_be_visible()
    await frame.get_by_role("button", name="Altre azioni").click()
    assert await violations(frame) == []
    await frame.get_by_role("button", name="Ricevi la conversazione").click()
    assert await violations(frame) == []
    await page.keyboard.press("Escape")
    await frame.get_by_role("button", name="Altre azioni").click()
    await frame.get_by_role("button", name="Termina la conversazione").click()
    await frame.get_by_role("radio", name="4 su 5").check()
    assert await violations(frame) == []
    await frame.get_by_label("Vuoi aggiungere qualcosa?").fill("Bene")
    await frame.get_by_role("button", name="Invia il voto").click()
    await expect(frame.get_by_text("Grazie")).to_be_visible()
    assert await violations(frame) == []


async def test_a_voice_note_is_recorded_heard_and_sent(
    context: BrowserContext, page: Page, widget: Widget, agent: httpx.AsyncClient, host_site: Site
) -> None:
    await context.grant_permissions(["microphone"])
    frame = await start_chat(page, widget)
    await frame.get_by_role("button", name="Registra un messaggio vocale").click()
    await expect(frame.get_by_role("group", name="Registrazione in corso")).to_be_visible()
    await page.wait_for_timeout(1200)
    await frame.get_by_role("button", name="Ferma e ascolta").click()
    await frame.get_by_role("button", name="Invia", exact=True).click()
    await expect(frame.locator("li.customer .receipt")).to_have_text("Inviato")
    conversation = await conversation_of(agent)
    messages = (await agent.get(f"/conversations/{conversation}/messages")).json()["items"]
    note = next(a for m in messages for a in m["attachments"])
    assert note["content_type"] == "audio/webm"
    assert 1 <= note["duration"] <= 3
    await page.reload()  # now it is played from the server
    frame = await frame_of(page, widget)
    await frame.get_by_role("button", name="Ascolta").click()
    await expect(frame.get_by_role("button", name="Pausa")).to_be_visible()


async def test_files_are_sent_with_the_message_and_refused_by_name(page: Page, widget: Widget, tmp_path: Path) -> None:
    frame = await start_chat(page, widget)
    picture = tmp_path / "contatore.png"
    picture.write_bytes(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
        )
    )
    program = tmp_path / "programma.exe"
    program.write_bytes(b"MZ" + b"\x00" * 100)
    await frame.locator("input[type=file]").set_input_files([program])
    await expect(frame.get_by_text("programma.exe è di un tipo che qui non si può inviare")).to_be_visible()
    await frame.locator("input[type=file]").set_input_files([picture])
    await expect(frame.get_by_role("button", name="Togli contatore.png")).to_be_visible()
    await say(frame, page, "Ecco il contatore")
    await expect(frame.locator("li.customer img")).to_be_visible()
    await expect(frame.locator("li.customer .receipt")).to_have_text("Inviato")


async def test_another_sites_page_shows_no_button(
    context: BrowserContext, host_site: Site, another_widget: Any, workspace: Any
) -> None:
    stranger: Widget = await another_widget(workspace, origins=["https://www.lumera.example"])
    page = await context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    await page.goto(host_site.page(stranger))
    await holds(page, "window.Battito?.w?.length === 0")
    assert any("may not be shown on" in line for line in said)
    # and a frame made by hand is refused by the browser
    await page.evaluate(
        f"const f = document.createElement('iframe'); f.src = '{stranger.server.url}/widget/?site={stranger.site}'; document.body.append(f)"
    )
    await page.wait_for_timeout(500)
    assert any("frame-ancestors" in line for line in said)


async def test_two_brands_on_one_page(
    context: BrowserContext, host_site: Site, widget: Widget, another_widget: Any
) -> None:
    other: Widget = await another_widget(widget.workspace, name="Lumera Casa", origins=[host_site.origin])
    page = await context.new_page()
    await page.goto(host_site.page(widget, other))
    await holds(page, "window.Battito?.w?.length === 2")
    await page.evaluate(f"Battito('open', null, '{other.site}')")
    frame = await frame_of(page, other)
    await expect(frame.get_by_role("heading", name="Lumera Casa")).to_be_visible()
    assert [f.url for f in page.frames if "/widget/" in f.url] == [frame.url]


async def test_the_visitors_language(context: BrowserContext, page: Page, widget: Widget) -> None:
    await page.evaluate("Battito('lang', 'en-GB')")
    await page.evaluate("Battito('open')")
    frame = await frame_of(page, widget)
    await expect(frame.get_by_label("Your name?")).to_be_visible()
    await frame.get_by_role("button", name="More actions").click()
    await frame.get_by_role("button", name="Italiano").click()
    await expect(frame.get_by_label("Come ti chiami?")).to_be_visible()


async def test_it_fits_a_small_screen_and_forced_colours(page: Page, widget: Widget) -> None:
    await page.set_viewport_size({"width": 320, "height": 480})
    await page.emulate_media(forced_colors="active")
    frame = await start_chat(page, widget)
    await say(frame, page, "parola" * 60)
    await expect(frame.locator("li.customer .receipt")).to_have_text("Inviato")
    assert await frame.evaluate("document.documentElement.scrollWidth") <= 320
    box = await frame.get_by_label("Scrivi un messaggio").bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 480


async def test_whoever_signs_in_on_the_site_is_known(page: Page, widget: Widget, agent: httpx.AsyncClient) -> None:
    await page.evaluate("token => Battito('identify', token)", widget.token(name="Teresa Colombo"))
    frame = await start_chat(page, widget, name="T.")
    await say(frame, page, "Sono entrata")
    await expect(frame.locator(".receipt")).to_have_text("Inviato")
    row = (await agent.get(f"/conversations/{await conversation_of(agent)}")).json()
    assert row["contact"]["name"] == "Teresa Colombo"


async def test_when_nobody_is_there_a_message_or_a_call_is_taken(
    context: BrowserContext, host_site: Site, another_widget: Any, workspace: Any, agent: httpx.AsyncClient
) -> None:
    closed: Widget = await another_widget(
        workspace,
        origins=[host_site.origin],
        when_closed=["message", "callback"],
        hours=Hours(week=[WeekHours([0], "00:00", "00:01")]),
    )
    page = await context.new_page()
    await page.goto(host_site.page(closed))
    await holds(page, "window.Battito?.w?.length === 1")
    await page.evaluate("Battito('open')")
    frame = await frame_of(page, closed)
    await expect(frame.locator(".status")).to_contain_text("Torniamo")
    assert await violations(frame) == []
    await frame.get_by_label("Ho letto").check()
    await frame.get_by_role("button", name="Invia il messaggio").click()
    await expect(frame.get_by_label("E-mail")).to_have_attribute(
        "aria-invalid", "true"
    )  # without it there is no answer
    await frame.get_by_role("button", name="Ti richiamiamo").click()
    await expect(frame.get_by_label("E-mail")).not_to_have_attribute("required", "")
    await frame.get_by_label("Il tuo numero").fill("333 1234567")
    await frame.get_by_label("Quando preferisci?").select_option(index=1)
    await frame.get_by_label("Il tuo messaggio").fill("Per la voltura")
    await frame.get_by_role("button", name="Chiedi la richiamata").click()
    await expect(frame.get_by_text("Richiamata chiesta")).to_be_visible()
    await expect(frame.locator("li.customer")).to_contain_text("Richiamatemi al +393331234567")


async def test_an_invitation_comes_once_and_goes_when_told(
    context: BrowserContext, host_site: Site, another_widget: Any, workspace: Any
) -> None:
    inviting: Widget = await another_widget(
        workspace,
        origins=[host_site.origin],
        triggers=[Trigger({"it": "Serve una mano?"}, 5, ["/altra"]), Trigger({"it": "Ciao!"}, 5)],
    )
    await context.add_init_script(OPEN_SHADOWS)
    await context.add_init_script(TOLD_OF_READING)
    page = await context.new_page()
    await page.clock.install()

    async def wait_on(page: Page) -> None:
        """Stay on the page for longer than a trigger takes, by the page's clock."""
        await holds(page, "window.read?.some((key) => key.endsWith(':no'))")  # the invitation's clock runs
        await page.clock.run_for(6500)

    await page.goto(host_site.page(inviting))
    invitation = page.get_by_role("status")
    await wait_on(page)
    await expect(invitation).to_contain_text("Ciao!")
    await invitation.get_by_role("button", name="Chiudi").click()
    await expect(invitation).to_have_count(0)
    await page.reload()
    await wait_on(page)
    await expect(invitation).to_have_count(0)  # waved away in this tab
    assert await page.evaluate("localStorage.length") == 0
    other = await context.new_page()
    await other.clock.install()
    await other.goto(host_site.page(inviting).replace("/?", "/altra?"))
    await wait_on(other)
    await expect(other.get_by_role("status")).to_contain_text("Serve una mano?")
    await other.get_by_role("button", name="Serve una mano?").click()
    await expect((await frame_of(other, inviting)).get_by_role("button", name="Inizia")).to_be_visible()
    await expect(other.get_by_role("status")).to_have_count(0)


async def test_a_browser_that_refuses_storage_can_still_chat(
    widget: Widget, host_site: Site, agent: httpx.AsyncClient
) -> None:
    async with async_playwright() as playwright:  # its own switches refuse storage to embedded pages
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await browser.new_context(locale="it-IT")
        page = await context.new_page()
        await page.goto(host_site.page(widget))
        await holds(page, "window.Battito?.w?.length === 1")
        frame = await start_chat(page, widget)
        with pytest.raises(PlaywrightError, match="denied"):
            await stored(frame)
        await say(frame, page, "senza memoria")
        await expect(frame.locator(".receipt")).to_have_text("Inviato")
        await reply(agent, "ma con risposta")
        await expect(frame.locator("li.agent")).to_contain_text("ma con risposta")
        await page.reload()
        await page.wait_for_timeout(800)
        assert (
            await page.evaluate(f"localStorage['battito:{widget.site}']") == ""
        )  # nothing to go on with, and it knows
        await browser.close()


async def test_forgetting_leaves_nothing_behind(page: Page, widget: Widget) -> None:
    frame = await start_chat(page, widget)
    await say(frame, page, "da dimenticare")
    await expect(frame.locator(".receipt")).to_have_text("Inviato")
    assert await stored(frame) > 0
    await frame.get_by_role("button", name="Altre azioni").click()
    await frame.get_by_role("button", name="Cancella da questo dispositivo").click()
    await expect(frame.get_by_role("button", name="Inizia")).to_be_visible()
    assert await stored(frame) == 0
    assert not await page.evaluate(f"localStorage['battito:{widget.site}']")
