"""Nobody is kept out: axe finds nothing on the main screens, nothing scrolls sideways on a phone, the focus is seen, keys suffice."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec
import pytest
from playwright.async_api import Frame, Page, ViewportSize, expect

from battito.channels.email.simulator import MailSimulator, letter
from battito.channels.webchat.demo import demo_settings
from tests.browser.conftest import Company
from tests.browser.hands import ARRIVED, editor, row_of, written
from tests.support.browser import WAITS_MS
from tests.support.demo_site import free_demo_site

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
SIZES: dict[str, ViewportSize] = {"desk": {"width": 1366, "height": 768}, "phone": {"width": 320, "height": 640}}

FOCUS_SEEN = """() => {
  const here = document.activeElement
  if (!here || here === document.body) return 'nothing'
  const marks = (element) => {
    const s = getComputedStyle(element)
    return `${s.outlineStyle} ${s.outlineWidth} ${s.outlineColor}|${s.boxShadow}|${s.borderColor}|${s.backgroundColor}|${s.top}|${s.opacity}`
  }
  const around = [here]
  for (let one = here; one.parentElement && around.length < 4; one = one.parentElement) around.push(one.parentElement)
  const focused = around.map(marks)
  const scroll = document.scrollingElement.scrollTop
  here.blur()
  const without = around.map(marks)
  here.focus({ preventScroll: true, focusVisible: true })
  document.scrollingElement.scrollTop = scroll
  return focused.join() === without.join() ? `unseen: ${here.outerHTML.slice(0, 160)}` : 'seen'
}"""
"""Whether what has the focus looks different from when it has not: it, or what is around it."""


async def found(where: Page | Frame, axe: str) -> list[str]:
    """What axe-core finds against WCAG 2.2 AA."""
    if not await where.evaluate("'axe' in window"):
        await where.evaluate(axe)
    result: dict[str, Any] = await where.evaluate(
        "rules => axe.run(document, { runOnly: rules, resultTypes: ['violations'], iframes: false })", RULES
    )
    return [f"{v['id']}: {v['help']} {[n['html'][:160] for n in v['nodes'][:3]]}" for v in result["violations"]]


TOO_WIDE = """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
  [...document.body.querySelectorAll('*')].filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1)
    .map((e) => e.outerHTML.slice(0, 120))"""
"""What sticks out on the right where the page scrolls sideways."""


async def furnish(company: Company, provider: MailSimulator) -> None:
    """A mail with what mails have, answered, noted and labelled."""
    question = letter(
        ("Giulia Ferri", "giulia.ferri@posta.example"), company.mailbox, "Voltura del contatore di via Garibaldi",
        "Buongiorno,\n\nho comprato casa e vorrei intestarmi il contatore: https://www.lumera.example/voltura\n\nGiulia Ferri\n",
        files=[("planimetria.pdf", "application/pdf", b"%PDF-1.4\n%%EOF\n")],
    )  # fmt: skip
    await provider.write(question, "giulia.ferri@posta.example", [company.mailbox])
    conversation: dict[str, Any] | None = None
    async with asyncio.timeout(WAITS_MS / 1000):
        while conversation is None:
            items = await company.conversations()
            if items and items[0]["owner"]:
                conversation = items[0]
            await asyncio.sleep(0.02)
    async with company.api() as api:
        at = f"/conversations/{conversation['id']}"
        for number, body in enumerate(
            ({"text": "Buongiorno Giulia, certo."}, {"kind": "note", "text": "Chiedere la planimetria."})
        ):
            sent = await api.post(
                f"{at}/messages", json={"client_id": f"00000000-0000-7000-8000-00000000000{number}", **body}
            )
            assert sent.status_code == 201, sent.text


async def empty_desk(page: Page) -> None:
    """Nothing is open."""
    await expect(row_of(page, "Giulia Ferri")).to_be_visible()


async def conversation(page: Page) -> None:
    """A conversation is open, with the customer beside it."""
    await row_of(page, "Giulia Ferri").click()
    await expect(written(page)).to_contain_text("intestarmi il contatore")
    await expect(editor(page)).to_be_visible()


async def search(page: Page) -> None:
    """Something was looked for."""
    await page.keyboard.press("/")
    await expect(page.get_by_role("searchbox", name="Cerca")).to_be_focused()
    await page.keyboard.type("contatore")
    await expect(page.get_by_role("status").filter(has_text="risultat")).to_be_attached()


async def command_bar(page: Page) -> None:
    """Ctrl K, with a word."""
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox").last).to_be_focused()
    await page.keyboard.type("pre")


async def preferences(page: Page) -> None:
    """What a person sets for themselves."""
    await page.keyboard.press("g")
    await page.keyboard.press("p")
    await expect(page.get_by_role("heading", name="Preferenze")).to_be_visible()


SCREENS: list[Callable[[Page], Awaitable[None]]] = [empty_desk, conversation, command_bar, search, preferences]


async def faults(page: Page, where: Page | Frame, name: str, axe: str) -> list[str]:
    """Everything wrong with what is on screen, in both schemes, each with the screen's name."""
    wrong = []
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        wrong += [f"{name}, {scheme}: {one}" for one in await found(where, axe)]
    wide: list[str] = await where.evaluate(TOO_WIDE)
    return wrong + [f"{name}, too wide: {one}" for one in wide]


@pytest.mark.parametrize("size", SIZES)
async def test_the_desk_keeps_nobody_out(company: Company, provider: MailSimulator, axe: str, size: str) -> None:
    await furnish(company, provider)
    entrance = await (await company.context(viewport=SIZES[size])).new_page()
    await entrance.goto(f"{company.server.url}/")
    await expect(entrance.get_by_label("Indirizzo e-mail")).to_be_visible()
    wrong = await faults(entrance, entrance, "sign-in", axe)
    page = await company.desk(viewport=SIZES[size])
    for show in SCREENS:
        await page.goto(f"{company.server.url}/")
        await expect(row_of(page, "Giulia Ferri")).to_be_visible()
        await show(page)
        wrong += await faults(page, page, show.__name__, axe)
    assert wrong == []


@pytest.mark.parametrize("size", SIZES)
async def test_the_customers_side_keeps_nobody_out(company: Company, database_url: str, axe: str, size: str) -> None:
    customer, chat = await company.customer(viewport=SIZES[size])
    box = chat.get_by_label("Scrivi un messaggio")
    await box.fill("Buongiorno, una domanda.")
    await box.press("Enter")
    await expect(chat.locator("li.customer .receipt")).to_have_text(ARRIVED)
    wrong = await faults(customer, chat, "widget", axe)
    demo = f"{company.server.url}/demo"
    await free_demo_site(database_url)
    async with company.api(company.people.administrator) as api:
        body = {"channel": "webchat", "name": "Demo", "settings": msgspec.to_builtins(demo_settings())}
        assert (await api.post("/channel-accounts", json=body)).status_code == 201
    page = await (await company.context(viewport=SIZES[size])).new_page()
    await page.goto(demo)
    await expect(page.get_by_role("heading").first).to_be_visible()
    wrong += await faults(page, page, "demo page", axe)
    assert wrong == []


async def test_tab_reaches_everything_and_the_focus_is_seen(company: Company, provider: MailSimulator) -> None:
    await furnish(company, provider)
    page = await company.desk()
    await row_of(page, "Giulia Ferri").click()
    await expect(editor(page)).to_be_visible()
    await page.goto(page.url)
    await expect(editor(page)).to_be_visible()
    reached, unseen = set(), []
    for _ in range(90):
        await page.keyboard.press("Tab")
        seen = await page.evaluate(FOCUS_SEEN)
        if seen == "nothing":
            break
        if seen != "seen":
            unseen.append(seen)
        reached.add(
            await page.evaluate(
                "(() => { const e = document.activeElement; return (e.getAttribute('aria-label') || e.textContent || e.name || e.tagName).trim().slice(0, 60) })()"
            )
        )
    assert unseen == []
    for wanted in (
        "Vai al contenuto",
        "Giulia Ferri",
        "Rimanda…",
        "Testo della risposta",
        "Apri la scheda del cliente",
    ):
        assert any(wanted in name for name in reached), f"Tab does not reach «{wanted}», only {sorted(reached)}"
