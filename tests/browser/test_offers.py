"""Work that is offered: the right person rings, says no with a reason, the next says yes, and says how it ended."""

import re
from typing import Any, Final

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import Company
from tests.browser.hands import Keys, editor, row_of, written
from tests.support.browser import when_busy
from tests.support.workspace import Member

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]

RULES: Final = "{resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}"
OFFER_S: Final = 40
REASONS: Final = ["Sono in un’altra pratica", "Non è il mio argomento"]
POP_MS: Final = 300
"""From the answer to the conversation on the screen; four times that where browser and server share the machine."""


async def arrange(company: Company, **more: Any) -> dict[str, str]:
    """Offers on, a skill, two steps: the agent knows bills well and is asked first, the other a little. Both available."""
    people = company.people
    async with company.api(people.administrator) as api:
        (queue,) = (await api.get("/queues")).json()["items"]
        skill = (await api.post("/skills", json={"name": "Bollette"})).json()["id"]
        for who, level in ((people.agent, 4), (people.other, 2)):
            assert (await api.put(f"/users/{who.id}/skills", json={"skills": {skill: level}})).status_code == 200
        rules = {
            "requirement": {skill: 3}, "rings": [{"seconds": 3}, {"requirement": {skill: 1}}],
            "offers": True, "offer_s": OFFER_S, "decline_reasons": REASONS, "disposition_required": True, **more,
        }  # fmt: skip
        answer = await api.patch(f"/queues/{queue['id']}", json={"name": "Clienti", "rules": rules})
        assert answer.status_code == 200, answer.text
        parent = (await api.post("/dispositions", json={"name": "Bolletta"})).json()["id"]
        for name in ("Spiegata", "Ricalcolata"):
            made = await api.post("/dispositions", json={"name": name, "parent_id": parent})
            assert made.status_code == 201, made.text
    async with company.api(people.other) as api:
        await api.put("/me/presence", json={"state": "available"})
    return {"queue": str(queue["id"]), "skill": skill}


def card(page: Page, name: str = "Teresa Colombo") -> Locator:
    """What is offered."""
    return page.get_by_role("alertdialog", name=name)


async def interactions(company: Company, who: Member) -> list[dict[str, Any]]:
    """What somebody has in hand."""
    async with company.api(who) as api:
        items: list[dict[str, Any]] = (await api.get("/me/interactions")).json()["items"]
        return items


async def a_chat(company: Company, text: str = "La bolletta di ottobre è troppo alta.") -> tuple[Page, Any]:
    """Somebody writes on the site."""
    customer, chat = await company.customer()
    await chat.get_by_label("Scrivi un messaggio").fill(text)
    await customer.keyboard.press("Enter")
    return customer, chat


async def clean(page: Page, axe: str) -> None:
    """Nothing that axe finds, in light and in dark."""
    await page.evaluate(axe)
    for theme in ("light", "dark"):
        await page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        found = await page.evaluate(f"axe.run(document, {RULES})")
        assert found["violations"] == [], [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]]


async def test_declined_by_one_and_accepted_by_the_next_with_nothing_but_keys(company: Company, axe: str) -> None:
    await arrange(company)
    first, second = await company.desk(), await company.desk(company.people.other)
    first.on("pageerror", lambda e: print("ERR", e.stack or e))
    first.on("response", lambda r: print("RESP", r.status, r.url) if "offers" in r.url else None)
    _, chat = await a_chat(company)

    await expect(card(first)).to_contain_text("La bolletta di ottobre")
    await expect(card(first)).to_contain_text("Clienti")
    await expect(card(first).get_by_role("timer")).to_have_accessible_name(re.compile("Restano .* secondi"))
    await expect(card(second)).to_have_count(0)
    await clean(first, axe)

    await first.keyboard.press("Alt+d")
    await expect(first.get_by_role("menuitem", name=REASONS[0])).to_be_focused()
    await first.keyboard.press("ArrowDown")
    await first.keyboard.press("Enter")
    await first.wait_for_timeout(1500)
    print(await first.get_by_role("region", name="Avvisi").inner_text())
    await expect(card(first)).to_have_count(0)

    await expect(card(second)).to_be_visible()
    await expect(card(second)).to_contain_text("passo 2 della ricerca")
    await second.keyboard.press("/")  # wherever one is
    await expect(second.get_by_role("searchbox")).to_be_focused()
    await second.keyboard.type("boll")
    await second.keyboard.press("Alt+a")
    await expect(written(second)).to_contain_text("La bolletta di ottobre", timeout=when_busy(POP_MS * 4))
    await expect(card(second)).to_have_count(0)
    assert [one["state"] for one in await interactions(company, company.people.other)] == ["handling"]

    hands = Keys(second)
    await hands.reply("Buongiorno, guardo le letture.")
    await expect(chat.locator("li.agent")).to_contain_text("guardo le letture")
    await second.keyboard.press("w")
    why = second.get_by_role("dialog", name="Perché a me")
    await expect(why).to_contain_text("Proposta a Other Prova")
    await expect(why).to_contain_text(f"ha rifiutato: {REASONS[1]}")
    await clean(second, axe)
    await second.keyboard.press("Escape")
    await expect(why).to_have_count(0)

    await second.keyboard.press("e")
    wrap = second.get_by_role("region", name="Chiusura del contatto")
    await expect(wrap.get_by_role("button", name="Com’è andata (serve)")).to_be_focused()
    await expect(second.locator("header .state")).to_contain_text("Chiusura")
    await clean(second, axe)
    await second.keyboard.press("Tab")
    await second.keyboard.type("Letture giuste")
    await second.keyboard.press("Enter")  # without the outcome that the queue wants
    await expect(wrap).to_contain_text("Scegli com’è andata: questa coda lo chiede.")
    await expect(wrap.get_by_role("button", name="Com’è andata (serve)")).to_be_focused()
    await second.keyboard.press("Enter")
    await second.keyboard.type("spieg")
    await second.keyboard.press("Enter")
    await expect(wrap.get_by_role("button", name="Com’è andata (serve): Bolletta › Spiegata")).to_be_focused()
    await second.keyboard.press("Tab")
    await second.keyboard.press("Enter")
    await expect(wrap).to_have_count(0)
    assert await interactions(company, company.people.other) == []
    await expect(second.locator("header .state")).to_contain_text("Disponibile")


async def test_the_card_survives_a_reload_and_leaves_with_words(company: Company) -> None:
    await arrange(company)
    page = await company.desk()
    await a_chat(company)
    await expect(card(page)).to_be_visible()
    await page.wait_for_timeout(1200)
    await page.reload()
    await expect(card(page)).to_be_visible()
    left = await card(page).get_by_role("timer").inner_text()
    assert 0 < int(left) < OFFER_S
    async with company.api() as api:  # the same person, in another window
        (offer,) = (await api.get("/offers")).json()["items"]
        assert (await api.post(f"/offers/{offer['id']}/accept")).status_code == 201
    await expect(card(page)).to_have_count(0)
    await expect(page.get_by_role("region", name="Avvisi")).to_contain_text("l’hai accettata da un’altra finestra")


async def test_who_writes_goes_on_writing_and_accepts_with_the_mouse(company: Company) -> None:
    await arrange(company, offer_s=30)
    page = await company.desk()
    await a_chat(company)
    await card(page).get_by_role("button", name="Accetta").click()
    await page.keyboard.press("r")
    await expect(editor(page)).to_be_focused()
    second = await company.customer("Aldo Neri")
    await second[1].get_by_label("Scrivi un messaggio").fill("Vorrei cambiare indirizzo")
    await second[0].keyboard.press("Enter")
    await page.keyboard.type("Buongiorno ")
    await expect(card(page, "Aldo Neri")).to_be_visible()
    await expect(editor(page)).to_be_focused()
    await page.keyboard.type("Teresa")
    await expect(editor(page)).to_have_value("Buongiorno Teresa")
    # over a dialog too: it can be answered there by mouse and by key
    await page.keyboard.press("Escape")
    await page.keyboard.press("a")
    await expect(page.get_by_role("dialog", name="Assegna")).to_be_visible()
    await card(page, "Aldo Neri").get_by_role("button", name="Rifiuta").click()
    await page.get_by_role("menuitem", name=REASONS[0]).click()
    await expect(card(page, "Aldo Neri")).to_have_count(0)


async def test_an_unanswered_offer_goes_on_and_its_agent_is_told(company: Company) -> None:
    await arrange(company, offer_s=3, rings=[], set_aside_s=None)
    page = await company.desk()
    await a_chat(company)
    await expect(card(page)).to_be_visible()
    await expect(page.get_by_role("region", name="Avvisi")).to_contain_text("il tempo è passato")
    await expect(card(page)).to_have_count(0)
    await expect(page.locator("header .state")).to_contain_text("niente lavoro per ora")
    await page.reload()  # it is said again, with the way back
    await expect(page.get_by_text("Non ricevi lavoro.")).to_be_visible()
    await page.get_by_role("button", name="Eccomi, riprendo").click()
    await expect(page.get_by_text("Non ricevi lavoro.")).to_have_count(0)
    await expect(card(page)).to_be_visible()


async def test_a_conversation_that_waits_says_what_keeps_people_from_it(company: Company, axe: str) -> None:
    await arrange(company)
    for who in (company.people.agent, company.people.other):
        async with company.api(who) as api:
            await api.put("/me/presence", json={"state": "away"})
    page = await company.desk()
    await a_chat(company)
    await page.get_by_role("tab", name=re.compile("In coda")).click()
    await row_of(page, "Teresa Colombo").click()
    await page.get_by_role("button", name="Chi la prende, e quando").click()
    why = page.get_by_role("dialog", name="Chi la prende, e quando")
    await expect(why).to_contain_text("1º")
    await expect(why).to_contain_text("Ora nessuno")
    await expect(why).to_contain_text("Bollette")
    await expect(why).to_contain_text("non disponibile")
    await clean(page, axe)
