"""Every dialog of the desk by keyboard, clean for axe in both schemes; zoom, a low screen and forced colours take nothing away."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from battito.channels.email.simulator import MailSimulator
from tests.browser.conftest import Company
from tests.browser.hands import editor, expect_written, row_of, written
from tests.browser.test_access import TOO_WIDE, faults, furnish

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]

DIALOGS = {
    "s": "Rimanda", "a": "Assegna", "Shift+T": "Passa", "l": "Etichette", "m": "macro", "c": "Nuova conversazione", "?": "Tasti",
}  # fmt: skip
"""Keys that open a dialog, and a word of its name."""
NAMED = ("Cambia l’oggetto", "Unisci", "Collega")
"""Dialogs without a key, asked for in the command bar."""

UNMARKED = """() => {
  const marks = (element, pseudo) => {
    const s = getComputedStyle(element, pseudo)
    return [s.outlineStyle, s.outlineWidth, s.borderTopStyle, s.borderTopWidth, s.textDecorationLine, s.fontWeight].join()
  }
  const wrong = []
  for (const chosen of document.querySelectorAll('[role=row][aria-selected=true], [role=tab][aria-selected=true]')) {
    const other = chosen.parentElement.closest('[role=grid], [role=tablist]')
      ?.querySelector(`[role=${chosen.getAttribute('role')}][aria-selected=false]`)
    if (other && marks(chosen) === marks(other)) wrong.push(`not told apart: ${chosen.outerHTML.slice(0, 120)}`)
  }
  for (const button of document.querySelectorAll('button')) {
    const s = getComputedStyle(button)
    if (button.checkVisibility() && !button.querySelector('svg') && button.textContent.trim() === '' && s.borderTopWidth === '0px' && s.outlineStyle === 'none')
      wrong.push(`no edge: ${button.outerHTML.slice(0, 120)}`)
  }
  return wrong
}"""
"""What forced colours, which take every background away, leave without a mark: the chosen among others, buttons without word or picture."""


async def open_conversation(company: Company, **options: Any) -> Page:
    """A desk with the furnished conversation open."""
    page = await company.desk(**options)
    await row_of(page, "Giulia Ferri").click()
    await expect(written(page)).to_contain_text("intestarmi il contatore")
    await expect(editor(page)).to_be_visible()
    return page


async def test_every_dialog_keeps_nobody_out(company: Company, provider: MailSimulator, axe: str) -> None:
    await furnish(company, provider)
    page = await open_conversation(company)
    dialog = page.get_by_role("dialog")
    wrong = []
    for key, name in DIALOGS.items():
        await page.keyboard.press(key)
        await expect(dialog).to_have_accessible_name(re.compile(name))
        wrong += await faults(page, page, name, axe)
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
    for name in NAMED:
        await page.keyboard.press("Control+k")
        await page.get_by_role("combobox").last.fill(name)
        await expect(page.get_by_role("option", name=name).first).to_have_attribute("aria-selected", "true")
        await page.keyboard.press("Enter")
        await expect(dialog).to_have_accessible_name(re.compile(name))
        wrong += await faults(page, page, name, axe)
        await page.keyboard.press("Escape")
        await expect(dialog).to_be_hidden()
    for where, path in (("customers", "/customers"), ("nowhere", "/nothing-here")):
        await page.goto(f"{company.server.url}{path}")
        await expect(page.get_by_role("main")).not_to_be_empty()
        wrong += await faults(page, page, where, axe)
    assert wrong == [], "\n".join(wrong)


async def test_formatted_mail_is_written_by_keyboard_and_arrives(
    company: Company, provider: MailSimulator, axe: str
) -> None:
    await furnish(company, provider)
    page = await open_conversation(company)
    await page.keyboard.press("r")
    await expect(page.get_by_role("group", name="Formattazione")).to_be_visible()
    await page.keyboard.type("Buongiorno Giulia, ")
    await page.keyboard.press("Control+b")
    await page.keyboard.type("servono due cose:")
    await page.keyboard.press("Control+b")
    await page.keyboard.press("Enter")
    await page.keyboard.type("- un documento")
    await page.keyboard.press("Enter")
    await page.keyboard.type("i dati catastali")
    assert await faults(page, page, "editor of mail", axe) == []
    # It is kept as it was written, with its formatting.
    await expect(page.get_by_text("Bozza salvata").first).to_be_visible()
    await page.reload()
    await expect(editor(page).locator("strong")).to_have_text("servono due cose:")
    await expect(editor(page).locator("li")).to_have_text(["un documento", "i dati catastali"])
    await editor(page).focus()
    await page.keyboard.press("Control+Enter")
    await expect_written(page, "")
    await page.keyboard.press("Control+Enter")
    mail = await provider.wait_for(
        lambda m: "giulia.ferri@posta.example" in m.recipients and "due cose" in m.parsed.text
    )
    assert mail.parsed.visible_text.startswith(
        "Buongiorno Giulia, servono due cose:\n- un documento\n- i dati catastali"
    )
    assert mail.parsed.html is not None
    assert "<strong>servono due cose:</strong>" in mail.parsed.html
    await expect(written(page).locator("li")).to_have_text(["un documento", "i dati catastali"])


@pytest.mark.parametrize(
    ("width", "height"), [(683, 384), (320, 256)], ids=["a desktop at 200 %", "a small one at 400 %"]
)
async def test_zoom_takes_nothing_away(company: Company, provider: MailSimulator, width: int, height: int) -> None:
    await furnish(company, provider)
    page = await open_conversation(company, viewport={"width": width, "height": height})
    assert await page.evaluate(TOO_WIDE) == []
    await editor(page).focus()
    await expect(editor(page)).to_be_in_viewport()
    await page.keyboard.type("Arrivo.")
    for name in (re.compile("^Invia"), "Altre azioni"):
        button = page.get_by_role("button", name=name).first
        await button.scroll_into_view_if_needed()
        await expect(button).to_be_in_viewport()
    last = written(page).locator("article").last
    await last.scroll_into_view_if_needed()
    await expect(last).to_be_in_viewport()
    log = await written(page).bounding_box()
    assert log is not None
    assert log["height"] >= 120


async def test_forced_colours_leave_every_mark(company: Company, provider: MailSimulator) -> None:
    await furnish(company, provider)
    entrance = await (await company.context(forced_colors="active")).new_page()
    await entrance.goto(f"{company.server.url}/")
    await expect(entrance.get_by_label("Indirizzo e-mail")).to_be_visible()
    wrong = await entrance.evaluate(UNMARKED)
    page = await open_conversation(company, forced_colors="active")
    wrong += await page.evaluate(UNMARKED)
    _, chat = await company.customer(forced_colors="active")
    wrong += await chat.evaluate(UNMARKED)
    assert wrong == [], "\n".join(wrong)


AT_ONCE = """() => {
  const dialog = document.querySelector('dialog[open]'), inside = dialog.querySelector('button')
  dialog.close()
  inside.dispatchEvent(new KeyboardEvent('keydown', { key: 'k', ctrlKey: true, bubbles: true, cancelable: true }))
}"""
"""Escape, and the next key before the dialog's close event: as it comes when the page is busy."""


async def test_a_key_right_after_a_dialog_is_not_lost(company: Company, provider: MailSimulator) -> None:
    await furnish(company, provider)
    page = await open_conversation(company)
    await page.keyboard.press("s")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.evaluate(AT_ONCE)
    await expect(page.get_by_role("combobox", name="Cerca o comanda")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("dialog")).to_be_hidden()
