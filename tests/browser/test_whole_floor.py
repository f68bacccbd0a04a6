"""One morning of a floor, with nothing but keys: a queue is arranged, work finds the right person, the supervisor sees it.

The administrator gives a queue its skills and steps; two agents sign in; a chat and an e-mail come; the first person says no
to one and takes the other, the second takes what was refused; both are answered and wrapped up; the floor's numbers move and
open, and each conversation says why it is where it is. Then somebody asks for help, and the team is told something.
"""

import re
from typing import Final

import pytest
from playwright.async_api import Locator, Page, expect

from battito.channels.email.simulator import MailSimulator
from tests.browser.conftest import Company
from tests.browser.hands import Keys, written
from tests.browser.test_floor import expect_number, number, write
from tests.browser.test_offers import REASONS, a_chat, card, clean
from tests.support.workspace import Member

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]

FAR: Final = 90
"""So many times Tab, at most, to a field of a long form."""


class Fingers(Keys):
    """Keys, with forms."""

    async def to(self, wanted: Locator) -> None:
        """Tab to it."""
        await self._tab_to(wanted, FAR)

    async def fill(self, wanted: Locator, text: str) -> None:
        """Tab to a field and write in the place of what it holds."""
        await self.to(wanted)
        await self.page.keyboard.press("Control+a")
        await self.page.keyboard.type(text)

    async def press(self, wanted: Locator, key: str = "Enter") -> None:
        """Tab to a button and press it."""
        await self.to(wanted)
        await self.page.keyboard.press(key)


async def arrange_by_keys(company: Company) -> None:
    """A skill, two people who have it, and the queue that asks for it: first well, then a little."""
    people = company.people
    async with company.api(people.administrator) as api:
        skill = (await api.post("/skills", json={"name": "Bollette"})).json()["id"]
        for who, level in ((people.agent, 4), (people.other, 2)):
            assert (await api.put(f"/users/{who.id}/skills", json={"skills": {skill: level}})).status_code == 200
    page = await company.desk(people.administrator, "/admin/queues")
    keys = Fingers(page)
    await keys.press(page.locator("main").get_by_role("link", name="Clienti"))
    await keys.to(page.get_by_label("Competenze richieste: Aggiungi una competenza"))
    await page.keyboard.type("Boll")
    await keys.press(page.get_by_role("button", name="Aggiungi un passo"))
    first = page.get_by_role("group", name="Passo 1")
    await keys.fill(first.get_by_label("Secondi"), "3")
    await keys.press(page.get_by_role("button", name="Aggiungi un passo"))
    second = page.get_by_role("group", name="Passo 2")
    await keys.press(second.get_by_role("switch", name="Con competenze proprie"), "Space")
    await keys.to(second.get_by_label("Competenze richieste: Aggiungi una competenza"))
    await page.keyboard.type("Boll")
    await keys.to(second.get_by_label("Livello di Bollette"))
    await page.keyboard.press("Home")  # 1, the least
    await keys.press(page.get_by_role("switch", name="Proponi prima di dare"), "Space")
    await keys.fill(page.get_by_label("Secondi per rispondere").first, "40")
    await keys.fill(page.get_by_label("Motivi per rifiutare"), REASONS[0])
    await page.keyboard.press("Enter")
    await page.keyboard.type(REASONS[1])
    await keys.fill(page.get_by_label("Secondi per la chiusura").first, "300")
    await keys.press(page.get_by_role("button", name="Salva"))
    await expect(page.get_by_role("region", name="Avvisi")).to_contain_text("Salvato")
    await page.context.close()


async def command(page: Page, name: str) -> None:
    """Do something by the command bar."""
    await page.keyboard.press("Control+k")
    await expect(page.get_by_role("combobox")).to_be_focused()
    await page.keyboard.type(name)
    await expect(page.get_by_role("option", name=name, exact=True)).to_be_visible()
    await page.keyboard.press("Enter")


async def signed_in(company: Company, who: Member) -> Page:
    """Somebody signs in at the form, and says that they are there."""
    page = await (await company.context()).new_page()
    await page.goto(company.server.url)
    await Keys(page).sign_in(who)
    await page.get_by_text("In tempo reale").first.wait_for(state="attached")
    await command(page, "Sono disponibile")
    await expect(page.locator("header .state")).to_contain_text("Disponibile")
    return page


async def test_a_morning_of_the_floor(company: Company, provider: MailSimulator, axe: str) -> None:
    await arrange_by_keys(company)
    # two agents sign in, and somebody watches
    first, second = await signed_in(company, company.people.agent), await signed_in(company, company.people.other)
    boss = await company.desk(company.people.supervisor, "/floor")
    await expect_number(boss, "In attesa", "Clienti", 0)

    # a chat and an e-mail: who knows best is asked first, for both
    _, chat = await a_chat(company)
    await expect(card(first)).to_contain_text("La bolletta di ottobre")
    await expect(card(second)).to_have_count(0)
    await expect_number(boss, "In attesa", "Clienti", 1)
    await first.keyboard.press("Alt+d")
    await expect(first.get_by_role("menuitem", name=REASONS[0])).to_be_focused()
    await first.keyboard.press("Enter")
    await expect(card(first)).to_have_count(0)
    await write(company, provider, "Giulia Ferri", "Bolletta doppia")
    await expect(card(first, "Giulia Ferri")).to_be_visible()

    # what was refused goes to the second, and the mail is taken by the first
    await expect(card(second)).to_contain_text("passo 2 della ricerca")
    await second.keyboard.press("Alt+a")
    await expect(written(second)).to_contain_text("La bolletta di ottobre")
    await first.keyboard.press("Alt+a")
    await expect(written(first)).to_contain_text("Giulia Ferri")
    await expect_number(boss, "In attesa", "Clienti", 0)
    await expect_number(boss, "In mano", "Clienti", 2)
    await Keys(second).reply("Buongiorno, guardo le letture.")
    await expect(chat.locator("li.agent")).to_contain_text("guardo le letture")

    # help is asked for, seen, and answered
    await second.keyboard.press("Alt+h")
    asking = second.get_by_role("dialog", name="Chiedi aiuto")
    await expect(asking.get_by_label("Che cosa serve")).to_be_focused()
    await clean(second, axe)
    await second.keyboard.type("Posso togliere la mora?")
    await second.keyboard.press("Enter")
    await expect(second.get_by_role("button", name="Hai la mano alzata")).to_be_visible()
    await expect(boss.get_by_text("Posso togliere la mora?")).to_be_visible()
    await Fingers(boss).press(boss.get_by_role("button", name="Vado io"))
    await expect(second.get_by_role("region", name="Avvisi")).to_contain_text("Supervisor Prova arriva ad aiutarti.")
    await expect(second.get_by_role("button", name="Chiedi aiuto")).to_be_visible()
    await expect(written(boss)).to_contain_text("La bolletta di ottobre")

    # why it is where it is
    await boss.keyboard.press("w")
    why = boss.get_by_role("dialog", name="Perché è qui")
    await expect(why).to_contain_text("Proposta a Agent Prova")
    await expect(why).to_contain_text(f"ha rifiutato: {REASONS[0]}")
    await expect(why).to_contain_text("Proposta a Other Prova")
    await boss.keyboard.press("Escape")

    # both are settled, and the floor has counted them
    await second.keyboard.press("e")
    await Keys(first).reply("Gentile cliente, la seconda bolletta è annullata.")  # a letter is settled with its answer
    for page in (second, first):
        wrap = page.get_by_role("region", name="Chiusura del contatto")
        await expect(page.locator("header .state")).to_contain_text("Chiusura")
        await Fingers(page).press(wrap.get_by_role("button", name="Fine"))
        await expect(wrap).to_have_count(0)
    await boss.keyboard.press("g")
    await boss.keyboard.press("s")
    await expect_number(boss, "In mano", "Clienti", 0)
    await expect_number(boss, "Risposte oggi", "Clienti", 2)
    await Fingers(boss).press(number(boss, "Risposte oggi", "Clienti"))
    behind = boss.get_by_role("complementary", name="Dietro il numero")
    await expect(behind).to_contain_text("2 conversazioni")
    await expect(behind).to_contain_text("Teresa Colombo")
    await clean(boss, axe)
    await boss.keyboard.press("Escape")
    await expect(behind).to_have_count(0)
    # the level of the last half hour opens what it is counted from
    await Fingers(boss).press(boss.get_by_role("button", name=re.compile("^30 min, Clienti: ")))
    await expect(behind).to_contain_text("2 conversazioni, ultimi 30 minuti")
    await boss.keyboard.press("Escape")

    # the team is told something, and says that it has read it
    await boss.keyboard.press("m")
    await boss.get_by_label("Messaggio", exact=True).focus()
    await boss.keyboard.type("Alle 15 riunione breve.")
    await Fingers(boss).press(boss.get_by_role("button", name="Invia"))
    await expect(first.get_by_role("region", name="Avvisi")).to_contain_text("Alle 15 riunione breve.")
    bell = first.get_by_role("button", name=re.compile("^Avvisi, "))
    await Fingers(first).press(bell)
    await expect(first.get_by_role("region", name="Dalla tua squadra")).to_contain_text("Alle 15 riunione breve.")
    await Fingers(first).press(first.get_by_role("button", name="Letto"))
    await expect(first.get_by_role("button", name="Letto")).to_have_count(0)
    await first.keyboard.press("Escape")
    await first.reload()
    await first.get_by_text("In tempo reale").first.wait_for(state="attached")
    await expect(boss.get_by_text("letto da 1 persona")).to_be_visible()

    # and one's own day tells what one did
    await first.keyboard.press("g")
    await first.keyboard.press("d")
    day = first.get_by_role("dialog", name="La tua giornata")
    await expect(day.get_by_role("row", name=re.compile("^e-mail 1 1 "))).to_be_visible()
    await expect(day).to_contain_text("1 accettate su 2, 1 rifiutata")
    await clean(first, axe)
