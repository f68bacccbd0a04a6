"""Five key screens look as they were agreed: where each region stands, and its colours, type and edges.

Pictures differ by a pixel between machines; boxes and computed styles do not, because the fonts come with the product.
After a wanted change: `BATTITO_SNAPSHOTS=write pytest tests/browser/test_looks.py`, and look at what changed in the diff.
"""

import json
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Frame, Page, expect

from battito.channels.email.simulator import MailSimulator
from tests.browser.conftest import Company
from tests.browser.hands import editor, row_of, written
from tests.browser.test_access import furnish

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]

SNAPSHOTS = Path(__file__).parent / "snapshots"
NEAR_PX = 2.0
DESK = {
    "top bar": "header.top", "rail": "nav", "list": "section.list", "list's head": "section.list header", "open row": "[role=row][aria-selected=true]",
    "name in the row": "[role=row][aria-selected=true] .nm", "talk": "section.talk", "title": "section.talk h1", "log": "[role=log]",
    "customer's words": "article.customer .said", "agent's name": "article.agent .who", "note": "article.note", "compose": "section.compose",
    "editor": "section.compose .box", "send": "section.compose footer .push button", "customer": "section.side", "status": "footer.foot",
}  # fmt: skip
SCREENS: dict[str, dict[str, str]] = {
    "desk-light": DESK,
    "desk-dark": DESK,
    "composer-canned": {"editor": "section.compose .box", "list": ".suggest", "choice": ".suggest [aria-selected=true]", "preview": ".suggest .aside"},
    "sign-in": {"form": "form", "address": "input[type=email]", "password": "input[type=password]", "enter": "form button[type=submit]", "heading": "h1"},
    "widget": {"head": "header", "log": "[role=log]", "customer's bubble": "li.customer", "field": "textarea", "body": "body"},
}  # fmt: skip

LOOK = """(regions) => Object.fromEntries(Object.entries(regions).map(([name, selector]) => {
  const element = document.querySelector(selector)
  if (!element) return [name, null]
  const { x, y, width, height } = element.getBoundingClientRect()
  const s = getComputedStyle(element)
  return [name, { box: [x, y, width, height].map(Math.round), colour: s.color, background: s.backgroundColor,
    type: `${s.fontWeight} ${s.fontSize} ${s.fontFamily.split(',')[0]}`, edge: `${s.borderTopWidth} ${s.borderTopColor} ${s.borderTopLeftRadius}` }]
}))"""


def differences(name: str, now: dict[str, Any], agreed: dict[str, Any]) -> list[str]:
    """What looks otherwise than agreed, region by region."""
    wrong = [f"{name}: {region} is not in both" for region in now.keys() ^ agreed.keys()]
    for region in now.keys() & agreed.keys():
        here, there = now[region], agreed[region]
        if here is None or there is None:
            wrong.append(f"{name}: {region} is not on the screen")
            continue
        if any(abs(a - b) > NEAR_PX for a, b in zip(here["box"], there["box"], strict=True)):
            wrong.append(f"{name}: {region} stands at {here['box']}, agreed {there['box']}")
        wrong += [
            f"{name}: {region} has {part} {here[part]}, agreed {there[part]}"
            for part in ("colour", "background", "type", "edge")
            if here[part] != there[part]
        ]
    return wrong


async def looked(where: Page | Frame, name: str) -> list[str]:
    """Compare a screen with its snapshot, or write that."""
    await where.evaluate("document.fonts.ready")
    now: dict[str, Any] = await where.evaluate(LOOK, SCREENS[name])
    file = SNAPSHOTS / f"{name}.json"
    if os.environ.get("BATTITO_SNAPSHOTS") == "write":
        SNAPSHOTS.mkdir(exist_ok=True)
        lines = (f"  {json.dumps(region)}: {json.dumps(look)}" for region, look in now.items())
        file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return differences(name, now, json.loads(file.read_text(encoding="utf-8")))


async def test_five_screens_look_as_agreed(company: Company, provider: MailSimulator) -> None:
    await furnish(company, provider)
    reply = {
        "name": "Saluti",
        "shortcut": "saluti",
        "text": "Buongiorno {{contact.first_name}}, come posso aiutarla?",
        "scope": "all",
    }
    async with httpx.AsyncClient(
        base_url=f"{company.server.url}/api/v1", headers=company.people.administrator.headers
    ) as api:
        assert (await api.post("/canned-replies", json=reply)).status_code == 201
    entrance = await (await company.context(color_scheme="light")).new_page()
    await entrance.goto(f"{company.server.url}/")
    await expect(entrance.get_by_label("Indirizzo e-mail")).to_be_visible()
    wrong = await looked(entrance, "sign-in")

    page = await company.desk(color_scheme="light")
    await row_of(page, "Giulia Ferri").click()
    await expect(written(page)).to_contain_text("intestarmi il contatore")
    await expect(editor(page)).to_be_visible()
    await expect(page.get_by_role("region", name="Cliente")).to_contain_text("Il suo percorso")
    await page.mouse.move(0, 0)
    wrong += await looked(page, "desk-light")
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    wrong += await looked(page, "desk-dark")
    await page.emulate_media(color_scheme="light", reduced_motion="reduce")
    await editor(page).focus()
    await expect(page.get_by_role("group", name="Formattazione")).to_be_visible()
    await page.keyboard.type(";sal")
    await expect(page.locator(".suggest .aside")).to_contain_text("Buongiorno Giulia")
    wrong += await looked(page, "composer-canned")
    chosen = await page.get_by_role("option", selected=True).get_attribute("id")
    await expect(editor(page)).to_have_attribute("aria-activedescendant", chosen or "none")
    await page.keyboard.press("Enter")
    await expect(editor(page)).to_have_text("Buongiorno Giulia, come posso aiutarla?")

    customer, chat = await company.customer(color_scheme="light")
    await chat.get_by_label("Scrivi un messaggio").fill("Buongiorno, una domanda.")
    await customer.keyboard.press("Enter")
    await expect(chat.locator("li.customer .receipt")).to_have_text(
        "Consegnato"
    )  # with a person: no place in the queue is told any more
    wrong += await looked(chat, "widget")
    assert wrong == [], "\n".join(wrong)
