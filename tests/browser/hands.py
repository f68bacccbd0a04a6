"""Two ways to work at the same desk: with the mouse, and with nothing but keys."""

import re
from typing import Final, Protocol

from playwright.async_api import Locator, Page, expect

from tests.support.workspace import PASSWORD, Member

SEND: Final = re.compile(r"^(Invia|Aggiungi nota)\s*(Ctrl.*)?$")
"""The button that sends; its name tells its keys."""
ARRIVED: Final = re.compile("^(Inviato|Consegnato)$")
"""What the customer sees of a message that has arrived: kept, or already with a person."""


def row_of(page: Page, name: str) -> Locator:
    """A customer's row in the inbox."""
    return page.get_by_role("grid", name="Conversazioni").get_by_role("row").filter(has_text=name)


def editor(page: Page) -> Locator:
    """Where one writes to the customer, or to colleagues: a plain field, or the editor of formatted mail."""
    return page.get_by_role("region", name="Scrivi").get_by_role("textbox", name="Testo della")


async def expect_written(page: Page, text: str) -> None:
    """This text stands where one writes, in either editor."""
    told = """(box) => box.tagName === 'TEXTAREA' ? box.value : box.innerText.replace(/\\n$/, '')"""
    for _ in range(100):
        if await editor(page).evaluate(told) == text:
            return
        await page.wait_for_timeout(50)
    assert await editor(page).evaluate(told) == text


def written(page: Page) -> Locator:
    """The open conversation's messages."""
    return page.get_by_role("log", name="Messaggi della conversazione")


class Hands(Protocol):
    """What an agent does, however they do it."""

    page: Page

    async def sign_in(self, who: Member) -> None:
        """Enter with address and password."""

    async def open(self, name: str) -> None:
        """Open a customer's conversation from the inbox."""

    async def reply(self, text: str) -> None:
        """Write to the customer and let it go at once."""

    async def note(self, colleague: str, text: str) -> None:
        """Write a note that calls a colleague."""

    async def label(self, name: str) -> None:
        """Put a label on the open conversation."""

    async def snooze(self, words: str) -> None:
        """Put the open conversation off."""

    async def undo(self) -> None:
        """Take the last thing back."""

    async def resolve(self) -> None:
        """Resolve the open conversation."""


class Mouse:
    """Points and clicks; the keyboard only fills fields."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def sign_in(self, who: Member) -> None:
        """By the form."""
        await self.page.get_by_label("Indirizzo e-mail").fill(who.email)
        await self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        await self.page.get_by_role("button", name="Entra", exact=True).click()

    async def open(self, name: str) -> None:
        """Click the row."""
        await row_of(self.page, name).click()

    async def reply(self, text: str) -> None:
        """Invia, then Invia subito."""
        await self.page.get_by_role("tab", name="Risposta").click()
        await editor(self.page).click()
        await self.page.keyboard.insert_text(text)
        await self.page.get_by_role("button", name=SEND).click()
        await self.page.get_by_role("button", name="Invia subito").click()

    async def note(self, colleague: str, text: str) -> None:
        """By the tab, with the colleague picked from the list."""
        await self.page.get_by_role("tab", name="Nota interna").click()
        await self.page.get_by_role("button", name="Menziona un collega").click()
        await self.page.get_by_role("option", name=colleague).click()
        await self.page.keyboard.insert_text(text)
        await self.page.get_by_role("button", name=SEND).click()

    async def label(self, name: str) -> None:
        """By the menu."""
        await self.page.get_by_role("button", name="Altre azioni").click()
        await self.page.get_by_role("menuitem", name="Etichette").click()
        await self.page.get_by_role("option", name=name).click()
        await self.page.get_by_role("dialog").get_by_role("button", name="Chiudi").click()

    async def snooze(self, words: str) -> None:
        """By the button, in words."""
        await self.page.get_by_role("button", name="Rimanda…").click()
        await self.page.get_by_label("Fino a quando").fill(words)
        await self.page.get_by_role("dialog").get_by_role("button", name="Rimanda", exact=False).last.click()

    async def undo(self) -> None:
        """By the toast."""
        await self.page.get_by_role("region", name="Avvisi").get_by_role("button", name="Annulla").last.click()

    async def resolve(self) -> None:
        """By the button."""
        await self.page.get_by_role("button", name="Risolvi").click()


class Keys:
    """Never touches the mouse; not even to put the focus somewhere."""

    def __init__(self, page: Page) -> None:
        self.page = page

    async def _tab_to(self, wanted: Locator, most: int = 25) -> None:
        """Press Tab until it has the focus."""
        for _ in range(most):
            if await wanted.evaluate("element => element === document.activeElement"):
                return
            await self.page.keyboard.press("Tab")
        raise AssertionError(f"{most} times Tab did not reach {wanted}")

    async def _to_desk(self) -> None:
        """Leave the editor, so that keys are commands."""
        await self.page.keyboard.press("Escape")
        await expect(editor(self.page)).not_to_be_focused()

    async def sign_in(self, who: Member) -> None:
        """Tab, type, Enter."""
        await self._tab_to(self.page.get_by_label("Indirizzo e-mail"))
        await self.page.keyboard.type(who.email)
        await self._tab_to(self.page.get_by_label("Password", exact=True))
        await self.page.keyboard.type(PASSWORD)
        await self.page.keyboard.press("Enter")

    async def open(self, name: str) -> None:
        """J until it is open."""
        row = row_of(self.page, name)
        for _ in range(10):
            await self.page.keyboard.press("j")
            if await row.get_attribute("aria-selected") == "true":
                return
        raise AssertionError(f"J did not reach {name}")

    async def reply(self, text: str) -> None:
        """R, text, Ctrl+Enter; once more lets it go at once."""
        await self.page.keyboard.press("r")
        await expect(editor(self.page)).to_be_focused()
        await self.page.keyboard.type(text)
        await self.page.keyboard.press("Control+Enter")
        await expect_written(self.page, "")
        await self.page.keyboard.press("Control+Enter")
        await self._to_desk()

    async def note(self, colleague: str, text: str) -> None:
        """N, @ and the first letters."""
        await self.page.keyboard.press("n")
        await expect(editor(self.page)).to_be_focused()
        await self.page.keyboard.type(f"@{colleague[:4]}")
        await expect(self.page.get_by_role("option", name=colleague)).to_have_attribute("aria-selected", "true")
        await self.page.keyboard.press("Enter")
        await expect_written(self.page, f"@{colleague} ")
        await self.page.keyboard.type(text)
        await self.page.keyboard.press("Control+Enter")
        await expect_written(self.page, "")
        await self._to_desk()

    async def label(self, name: str) -> None:
        """L, the first letters, Enter, Esc."""
        await self.page.keyboard.press("l")
        await expect(self.page.get_by_role("combobox", name="Cerca un’etichetta")).to_be_focused()
        await self.page.keyboard.type(name[:5])
        await self.page.keyboard.press("Enter")
        await self.page.keyboard.press("Escape")
        await expect(self.page.get_by_role("dialog")).to_be_hidden()

    async def snooze(self, words: str) -> None:
        """S, words, Enter."""
        await self.page.keyboard.press("s")
        await expect(self.page.get_by_label("Fino a quando")).to_be_focused()
        await self.page.keyboard.type(words)
        await expect(self.page.get_by_role("dialog").get_by_role("status")).to_contain_text("Torna")
        await self.page.keyboard.press("Enter")

    async def undo(self) -> None:
        """Z."""
        await self.page.keyboard.press("z")

    async def resolve(self) -> None:
        """E."""
        await self.page.keyboard.press("e")
