"""The main job: a customer writes, a person sees all of them and answers, the answer arrives. By mouse, and by keys alone."""

import re

import pytest
from playwright.async_api import Page, expect

from battito.channels.email.simulator import MailSimulator, letter
from tests.browser.conftest import Company
from tests.browser.hands import ARRIVED, SEND, Hands, Keys, Mouse, editor, row_of, written
from tests.support.browser import when_busy

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]

RINGS_MS = 1000
"""A chat is to be in the agent's inbox a second after the customer sees it sent; later where work queues for the processors."""


@pytest.mark.parametrize("way", [Mouse, Keys])
async def test_a_chat_from_ring_to_reopening(company: Company, way: type[Mouse | Keys]) -> None:
    page = await (await company.context()).new_page()
    hands: Hands = way(page)
    await page.goto(f"{company.server.url}/")
    await hands.sign_in(company.agent)
    await expect(page.get_by_text("In tempo reale").first).to_be_attached()
    await expect(page.get_by_text("Nessuna conversazione in mano a te")).to_be_visible()

    customer, chat = await company.customer()
    box = chat.get_by_label("Scrivi un messaggio")
    await box.fill("Buongiorno, la bolletta di ottobre è troppo alta.")
    await customer.keyboard.press("Enter")
    await expect(chat.locator("li.customer .receipt")).to_have_text(ARRIVED)
    await expect(row_of(page, "Teresa Colombo")).to_be_visible(timeout=when_busy(RINGS_MS))
    await expect(page.get_by_role("button", name=re.compile("Avvisi, . nuov"))).to_be_visible()

    await hands.open("Teresa Colombo")
    await expect(written(page)).to_contain_text("troppo alta")
    panel = page.get_by_role("region", name="Cliente")
    await expect(panel).to_contain_text("Teresa Colombo")
    await expect(panel).to_contain_text("Il suo percorso")

    await hands.reply("Buongiorno Teresa, controllo subito le letture.")
    await expect(chat.locator("li.agent")).to_contain_text("controllo subito le letture")
    await expect(written(page).get_by_text("controllo subito le letture")).to_have_count(1)

    await hands.note("Other Prova", "guardi le letture di settembre?")
    await expect(written(page).locator("article.note")).to_contain_text("guardi le letture di settembre?")
    async with company.api(company.people.other) as api:
        assert (await api.get("/conversations?view=mine")).json()["counts"]["mentions"] == 1
    await expect(chat.locator("li")).to_have_count(2)  # what colleagues tell each other stays with them

    await hands.label("Bolletta alta")
    await expect(row_of(page, "Teresa Colombo")).to_contain_text("Bolletta alta")

    await hands.snooze("domani alle 9")
    notices = page.get_by_role("region", name="Avvisi")
    await expect(notices).to_contain_text(re.compile("torna domani alle 0?9"))
    await hands.undo()
    await expect(notices).to_contain_text("Fatto: è tutto come prima")
    (conversation,) = await company.conversations()
    assert conversation["status"] == "waiting"
    assert conversation["snoozed_until"] is None

    if "/c/" not in page.url:
        await hands.open("Teresa Colombo")
    await hands.resolve()
    await expect(notices).to_contain_text("conversazione risolta")
    (conversation,) = await company.conversations()
    assert conversation["status"] == "resolved"

    await chat.get_by_role("button", name="Nuova conversazione").click()
    await box.fill("Ancora una cosa: e la lettura di novembre?")
    await customer.keyboard.press("Enter")
    await expect(row_of(page, "Teresa Colombo")).to_contain_text("lettura di novembre")
    newest, *_ = await company.conversations()
    assert (newest["status"], newest["contact"]["id"]) == ("open", conversation["contact"]["id"])
    said = [m["text"] for m in await company.messages(conversation["id"]) if m["kind"] != "activity"]
    assert [text.split()[0] for text in said][:3] == ["Buongiorno,", "Buongiorno", "@Other"]


@pytest.mark.parametrize("way", [Mouse, Keys])
async def test_an_email_comes_in_and_its_answer_goes_out(
    company: Company, provider: MailSimulator, way: type[Mouse | Keys]
) -> None:
    page = await company.desk()
    hands: Hands = way(page)
    question = letter(
        ("Giulia Ferri", "giulia.ferri@posta.example"), company.mailbox, "Voltura del contatore",
        "Buongiorno,\n\nho comprato casa e vorrei intestarmi il contatore. Che cosa serve?\n\nGiulia Ferri\n",
    )  # fmt: skip
    await provider.write(question, "giulia.ferri@posta.example", [company.mailbox])
    await expect(row_of(page, "Giulia Ferri")).to_be_visible()
    await hands.open("Giulia Ferri")
    await expect(page.get_by_role("heading", name="Voltura del contatore")).to_be_visible()
    await expect(written(page)).to_contain_text("vorrei intestarmi il contatore")
    await hands.reply("Buongiorno Giulia, servono un documento e i dati catastali.")
    mail = await provider.wait_for(lambda m: "giulia.ferri@posta.example" in m.recipients)
    asked = re.search(rb"Message-ID: (<[^>]+>)", question, re.IGNORECASE)
    assert asked is not None
    assert mail.parsed.in_reply_to == asked[1].decode().strip()
    assert mail.parsed.references[-1] == asked[1].decode().strip()
    assert mail.parsed.subject == "Re: Voltura del contatore"
    assert mail.parsed.sender.name == "Lumera Energia"
    assert mail.parsed.visible_text.startswith("Buongiorno Giulia, servono un documento")
    await expect(written(page).get_by_text(re.compile("Inviato|Consegnato"))).to_be_visible()

    await hands.resolve()
    await expect(page.get_by_role("region", name="Avvisi")).to_contain_text("conversazione risolta")
    thanks = letter(
        ("Giulia Ferri", "giulia.ferri@posta.example"), company.mailbox, "Re: Voltura del contatore",
        "Grazie, mando tutto oggi.", answers=mail.parsed,
    )  # fmt: skip
    await provider.write(thanks, "giulia.ferri@posta.example", [company.mailbox])
    await expect(row_of(page, "Giulia Ferri")).to_contain_text("Grazie, mando tutto oggi.")
    (conversation,) = await company.conversations()
    assert (conversation["status"], conversation["owner"]["id"]) == ("open", str(company.agent.id))
    assert len([m for m in await company.messages(conversation["id"]) if m["kind"] == "message"]) == 3
    assert len(provider.received) == 1
    await a_picture_goes_out_inside_the_text(page, provider)


async def a_picture_goes_out_inside_the_text(page: Page, provider: MailSimulator) -> None:
    """A screenshot pasted while one writes stands in the mail's text, once, and is shown there on the desk."""
    await row_of(page, "Giulia Ferri").click()
    await editor(page).click()
    box = page.locator(".written")
    await box.wait_for()
    await page.keyboard.type("Ecco dove: ")
    await box.evaluate(PASTE, PIXEL)
    await box.get_by_role("img", name="schermata.png").wait_for()
    assert (
        await box.get_by_role("img", name="schermata.png").evaluate("(i) => i.decode().then(() => i.naturalWidth)") == 1
    )
    await page.keyboard.press("Control+Enter")
    await page.keyboard.press("Control+Enter")
    mail = await provider.wait_for(lambda m: b"Ecco dove" in m.raw)
    (picture,) = mail.parsed.attachments
    assert (picture.inline, picture.content_type) == (True, "image/png")
    assert mail.parsed.html is not None
    assert f'src="cid:{picture.content_id}"' in mail.parsed.html
    assert "Ecco dove: [schermata.png]" in mail.parsed.text
    shown = written(page).frame_locator("iframe").last.locator("img")
    assert await shown.evaluate("(i) => i.decode().then(() => i.naturalWidth)") == 1


PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
PASTE = """(box, base64) => {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
  const data = new DataTransfer()
  data.items.add(new File([bytes], 'schermata.png', { type: 'image/png' }))
  box.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
}"""


@pytest.mark.parametrize("tab", ["Risposta", "Nota interna"])
async def test_a_double_click_sends_once(company: Company, tab: str) -> None:
    customer, chat = await company.customer()
    await chat.get_by_label("Scrivi un messaggio").fill("Ci siete?")
    await customer.keyboard.press("Enter")
    page = await company.desk()
    await row_of(page, "Teresa Colombo").click()
    await page.get_by_role("tab", name=tab).click()
    await editor(page).fill("Eccoci, un momento")
    await page.get_by_role("button", name=SEND).dblclick()
    if tab == "Risposta":
        await expect(chat.locator("li.agent")).to_contain_text("Eccoci")
    await expect(page.get_by_text("Tutto salvato")).to_be_visible()
    (conversation,) = await company.conversations()
    texts = [m["text"] for m in await company.messages(conversation["id"])]
    assert texts.count("Eccoci, un momento") == 1
