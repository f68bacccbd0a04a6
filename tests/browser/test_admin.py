"""The administration: its main paths as an administrator walks them, and that nobody is kept out of any page."""

import re
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from battito.accounts.sessions import COOKIE
from tests.support.browser import WAITS_MS
from tests.support.server import Process
from tests.support.workspace import PASSWORD, Furnished, Member

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]

PAGES: Final = (
    "people", "teams", "roles", "channels", "queues", "skills", "dispositions", "routing", "payloads", "contacts", "companies", "import", "replies", "macros",
    "labels", "views", "fields", "sign-on", "api-keys", "audit", "privacy", "workspace", "jobs",
)  # fmt: skip
RULES: Final = "{resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']}"


class Office:
    """An administrator's browser."""

    def __init__(self, page: Page, server: Process) -> None:
        self.page = page
        self.server = server

    async def open(self, path: str) -> None:
        """Go to a page and wait until it shows what it lives on."""
        await self.page.goto(f"{self.server.url}{path}")
        await expect(self.page.locator("main .page h1").first).to_be_visible()
        await expect(self.page.locator("main [aria-busy=true]")).to_have_count(0)

    @property
    def dialog(self) -> Locator:
        """The dialog on top."""
        return self.page.get_by_role("dialog").last

    async def save(self, name: str = "Salva") -> None:
        """Send the dialog's form."""
        await self.dialog.get_by_role("button", name=name, exact=True).click()

    def row(self, name: str) -> Locator:
        """A line of the list."""
        return self.page.locator("main li").filter(has_text=name)

    async def pick(self, name: str, action: str) -> None:
        """An action from a line's menu."""
        await self.row(name).get_by_role("button", name="Altre azioni").click()
        await self.page.get_by_role("menuitem", name=action).click()


@pytest.fixture
async def office(desk_server: Process, workspace: Furnished, chromium: Browser) -> AsyncIterator[Office]:
    """The administration, open in Italian on a small laptop."""
    page = await page_of(workspace.administrator, desk_server, chromium)
    yield Office(page, desk_server)
    await page.context.close()


async def page_of(who: Member, server: Process, chromium: Browser, **options: Any) -> Page:
    """A browser in which somebody is signed in."""
    settings = {"locale": "it-IT", "viewport": {"width": 1366, "height": 768}, "reduced_motion": "reduce"}
    context = await chromium.new_context(**{**settings, **options})
    context.set_default_timeout(WAITS_MS)
    await context.add_cookies([{"name": COOKIE, "value": who.token, "url": server.url}])
    return await context.new_page()


async def test_inviting_a_person_gives_a_link_that_lets_them_in(office: Office, chromium: Browser) -> None:
    page = office.page
    await office.open("/admin/people")
    await page.get_by_role("button", name="Invita una persona").click()
    await office.save("Invita")
    await expect(office.dialog.get_by_label("Nome e cognome")).to_have_attribute("aria-invalid", "true")
    await office.dialog.get_by_label("Nome e cognome").fill("Sara Greco")
    await office.dialog.get_by_label("Indirizzo e-mail").fill("sara.greco@lumera.example")
    await office.save("Invita")
    link = await office.dialog.locator("pre").inner_text()
    await office.dialog.get_by_role("button", name="Fatto").click()
    await expect(office.row("Sara Greco")).to_contain_text("Invitata")

    guest = await (await chromium.new_context(locale="it-IT")).new_page()
    await guest.goto(office.server.url + re.sub(r"^https?://[^/]+", "", link))
    await expect(guest.get_by_text("sara.greco@lumera.example")).to_be_visible()
    await guest.context.close()


async def test_suspending_somebody_signs_them_out_and_can_be_taken_back(office: Office, workspace: Furnished) -> None:
    await office.open("/admin/people")
    name = workspace.agent.name
    await office.pick(name, "Sospendi l’accesso")
    await expect(office.row(name)).to_contain_text("Sospesa")
    await office.page.get_by_role("region", name="Avvisi").get_by_role("button", name="Annulla").click()
    await expect(office.row(name)).not_to_contain_text("Sospesa")


async def test_a_custom_role_begins_as_a_copy_and_a_basic_one_only_shows(office: Office) -> None:
    page = office.page
    await office.open("/admin/roles")
    await page.get_by_role("button", name="Analista", exact=True).click()
    await expect(office.dialog.get_by_role("checkbox", name="Vede le conversazioni")).to_be_disabled()
    await office.dialog.get_by_role("button", name="Fatto").click()
    await office.pick("Analista", "Copia in un ruolo nuovo")
    await office.dialog.get_by_label("Nome del ruolo").fill("Qualità")
    await office.dialog.get_by_role("checkbox", name="Legge ed esporta il registro").check()
    await office.save()
    await expect(office.row("Qualità")).to_contain_text("4 permessi")
    await office.pick("Qualità", "Elimina")
    await office.save("Elimina")
    await expect(office.row("Qualità")).to_have_count(0)


async def test_a_mailbox_is_connected_by_its_form_and_secrets_are_never_shown(office: Office) -> None:
    page = office.page
    await office.open("/admin/channels")
    await page.get_by_role("button", name="Collega un canale").click()
    await page.get_by_role("menuitem", name="Casella di posta").click()
    await page.get_by_label("Nome per i colleghi").fill("Assistenza")
    await page.get_by_label("Indirizzo della casella").fill("non un indirizzo")
    await page.get_by_label("Come arriva la posta").select_option("imap")
    await page.get_by_role("button", name="Salva").click()
    await expect(page.get_by_label("Indirizzo della casella")).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Password della posta in entrata")).to_have_attribute("aria-invalid", "true")

    await page.get_by_label("Indirizzo della casella").fill("assistenza@lumera.example")
    incoming = page.get_by_role("region", name="Posta in entrata, IMAP")
    await incoming.get_by_label("Server").fill("127.0.0.1")
    await incoming.get_by_label("Utente").fill("assistenza")
    await page.get_by_label("Password della posta in entrata").fill("un segreto lungo")
    outgoing = page.get_by_role("region", name="Posta in uscita, SMTP")
    await outgoing.get_by_label("Server").fill("127.0.0.1")
    await page.get_by_role("button", name="Salva").click()
    await page.wait_for_url(re.compile(r"/admin/channels/[0-9a-f-]{36}$"))
    await expect(page.get_by_label("Password della posta in entrata")).to_have_value("")
    await expect(page.get_by_text("Ce n’è già una").first).to_be_visible()
    assert "un segreto lungo" not in await page.content()


async def test_a_chat_is_connected_and_gives_the_snippet_for_the_site(office: Office, workspace: Furnished) -> None:
    page = office.page
    week = [{"days": [0, 1, 2, 3, 4], "opens": "08:00", "closes": "20:00"}]
    await page.context.request.post(
        f"{office.server.url}/api/v1/calendars", data={"name": "Sportello", "week": week}, headers=workspace.administrator.headers
    )  # fmt: skip
    await office.open("/admin/channels/new?kind=webchat")
    await page.get_by_label("Nome per i colleghi").fill("Chat del sito")
    await page.get_by_label("Siti permessi").fill("https://www.lumera.example")
    await page.get_by_label("Saluto, in italiano").fill("Salve, dica pure")
    await expect(page.get_by_label("Anteprima della chat")).to_contain_text("Salve, dica pure")
    await page.get_by_role("button", name="Aggiungi una domanda").click()
    await page.get_by_label("Domanda, in italiano", exact=True).fill("Come si chiama?")
    await page.get_by_role("switch", name="Sempre aperta").uncheck()
    await page.get_by_role("button", name="Salva").click()
    await page.wait_for_url(re.compile(r"/admin/channels/[0-9a-f-]{36}$"))
    await expect(page.get_by_label("Da incollare nelle pagine del sito")).to_contain_text("data-site=")
    await page.reload()
    await expect(page.get_by_label("Domanda, in italiano", exact=True)).to_have_value("Come si chiama?")
    await expect(page.get_by_label("Apre alle")).to_have_value("09:00")
    hours = page.get_by_label("Quale orario vale")
    await hours.select_option("Sportello")
    await expect(page.get_by_label("Apre alle")).to_be_hidden()
    await page.get_by_role("button", name="Salva").click()
    await expect(page.get_by_text("Salvato", exact=True)).to_be_visible()
    await page.reload()
    await expect(hours.locator("option:checked")).to_have_text("Sportello")


async def test_an_import_shows_what_will_happen_and_what_was_refused(office: Office) -> None:
    page = office.page
    await office.open("/admin/import")
    rows = "Nominativo;E-mail;Citta\nAnna Bassi;anna.bassi@posta.example;Torino\n;nessun indirizzo;Asti\n"
    await page.locator("input[type=file]").set_input_files(
        {"name": "clienti.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    await expect(page.get_by_label("Nominativo")).to_have_value("name")
    await expect(page.get_by_role("region", name="Anteprima")).to_contain_text("rifiutata")
    await page.get_by_role("button", name="Importa 2 righe").click()
    await expect(page.get_by_role("heading", name="Importazione finita")).to_be_visible()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Scarica le righe rifiutate").click()
    refused = (await (await download.value).path()).read_text(encoding="utf-8")
    assert "nessun indirizzo" in refused
    await page.get_by_role("button", name="Vedi i contatti").click()
    await expect(office.row("Anna Bassi")).to_be_visible()


async def test_contacts_are_merged_into_the_chosen_one_and_apart_again(office: Office, workspace: Furnished) -> None:
    page = office.page
    ids = []
    for name in ("Rita Levi", "Rita Levi M."):
        answer = await page.context.request.post(
            f"{office.server.url}/api/v1/contacts", data={"name": name}, headers=workspace.administrator.headers
        )
        ids.append((await answer.json())["id"])
    await office.open(f"/admin/contacts/{ids[0]}")
    await page.get_by_role("button", name="Unisci con un altro contatto").click()
    await page.get_by_role("combobox", name="Nome, indirizzo o numero").fill("Rita Levi M")
    await page.get_by_role("option", name="Rita Levi M.").click()
    await office.dialog.get_by_role("radio", name="Rita Levi M.").check()
    await office.dialog.get_by_role("button", name="Unisci").click()
    await page.wait_for_url(f"**/admin/contacts/{ids[1]}")
    await page.get_by_role("region", name="Avvisi").get_by_role("button", name="Annulla").click()
    await office.open(f"/admin/contacts/{ids[0]}")
    await expect(page.get_by_role("button", name="Cancella i suoi dati")).to_be_visible()


async def test_erasing_wants_the_name_typed(office: Office, workspace: Furnished) -> None:
    page = office.page
    made = await page.context.request.post(
        f"{office.server.url}/api/v1/contacts", data={"name": "Piero Gallo"}, headers=workspace.administrator.headers
    )
    await office.open(f"/admin/contacts/{(await made.json())['id']}")
    await page.get_by_role("button", name="Registra un consenso").click()
    await office.dialog.get_by_label("Versione del testo").fill("informativa-2026-01")
    await office.save()
    await expect(page.get_by_role("region", name="Registro dei consensi")).to_contain_text("dato")
    await page.get_by_role("button", name="Cancella i suoi dati").click()
    await office.dialog.get_by_label("Motivo").fill("Richiesta del 20 novembre")
    erase = office.dialog.get_by_role("button", name="Cancella per sempre")
    await expect(erase).to_be_disabled()
    await office.dialog.get_by_label("Per conferma scrivi").fill("piero gallo")
    await erase.click()
    await expect(page.get_by_text("I dati di questa persona sono stati cancellati")).to_be_visible()


async def test_a_canned_reply_is_written_with_a_variable_and_comes_back_when_deleted(office: Office) -> None:
    page = office.page
    await office.open("/admin/replies")
    await page.get_by_role("button", name="Nuova risposta pronta").click()
    await office.dialog.get_by_label("Nome", exact=True).fill("Saluti")
    await office.dialog.get_by_label("Sigla").fill("saluti")
    await office.dialog.locator("textarea").fill("Buongiorno ")
    await office.dialog.get_by_role("button", name="Inserisci un dato").click()
    await page.get_by_role("menuitem", name=re.compile("^Nome del cliente")).click()
    await expect(office.dialog.locator("textarea")).to_have_value("Buongiorno {{contact.first_name}}")
    await office.save()
    await expect(office.row("Saluti")).to_contain_text(";saluti")
    await office.pick("Saluti", "Elimina")
    await expect(office.row("Saluti")).to_have_count(0)
    await page.get_by_role("region", name="Avvisi").get_by_role("button", name="Annulla").click()
    await expect(office.row("Saluti")).to_be_visible()


async def test_a_macro_is_made_of_steps(office: Office) -> None:
    page = office.page
    await office.open("/admin/macros")
    await page.get_by_role("button", name="Nuova macro").click()
    await office.dialog.get_by_label("Nome", exact=True).fill("Chiudi e ringrazia")
    await office.dialog.locator("textarea").fill("Grazie e a presto.")
    await office.dialog.get_by_role("button", name="Aggiungi un passo").click()
    await office.dialog.get_by_label("Che cosa fa").last.select_option("resolve")
    await office.save()
    await expect(office.row("Chiudi e ringrazia")).to_contain_text("Risponde, Risolve")


async def test_an_api_key_is_shown_once_and_ends_when_revoked(office: Office) -> None:
    page = office.page
    await office.open("/admin/api-keys")
    await page.get_by_role("button", name="Nuova chiave").click()
    await office.dialog.get_by_label("A che cosa serve").fill("Gestionale")
    await office.dialog.get_by_role("checkbox", name="Vede i clienti").check()
    await office.save("Crea la chiave")
    key = await office.dialog.locator("pre").inner_text()
    await office.dialog.get_by_role("button", name="L’ho conservata").click()

    contacts = f"{office.server.url}/api/v1/contacts"
    bearer = {"authorization": f"Bearer {key}"}
    stranger = await (await page.context.browser.new_context()).new_page()  # type: ignore[union-attr]
    assert (await stranger.request.get(contacts, headers=bearer)).status == 200
    await office.pick("Gestionale", "Revoca")
    await office.save("Revoca")
    await expect(office.row("Gestionale")).to_contain_text("revocata")
    assert (await stranger.request.get(contacts, headers=bearer)).status == 401
    await stranger.context.close()


async def test_a_change_is_in_the_audit_log_with_what_it_was(office: Office) -> None:
    page = office.page
    await office.open("/admin/workspace")
    await page.get_by_label("Nome", exact=True).fill("Lumera Nuova")
    await page.get_by_role("button", name="Salva").click()
    await expect(page.locator("header").get_by_text("Lumera Nuova")).to_be_visible()
    await office.open("/admin/audit")
    await page.get_by_label("Su che cosa").select_option("workspace")
    line = page.locator("main details").first
    await line.locator("summary").click()
    await expect(line.get_by_role("row", name="name")).to_contain_text("Lumera Nuova")


async def test_the_authenticator_app_shows_a_picture_and_a_wrong_code_changes_nothing(office: Office) -> None:
    page = office.page
    await page.goto(f"{office.server.url}/preferences")
    await page.get_by_role("button", name="Collega l’app").click()
    await expect(office.dialog.get_by_role("img", name="Disegno da inquadrare")).to_be_visible()
    await office.dialog.get_by_label("Codice di sei cifre").fill("000000")
    await office.save("Conferma")
    await expect(office.dialog.get_by_text("Non è il codice che l’app mostra adesso")).to_be_visible()
    await office.dialog.get_by_role("button", name="Lascia stare").click()
    await expect(page.get_by_role("button", name="Collega l’app")).to_be_visible()


async def test_a_wrong_present_password_is_told_at_its_field(office: Office) -> None:
    page = office.page
    await page.goto(f"{office.server.url}/preferences")
    await page.get_by_role("button", name="Cambia la password").click()
    await page.get_by_label("Password di adesso").fill(f"not {PASSWORD}")
    await page.get_by_label("Password nuova").fill("una frase lunga e tutta mia")
    await page.get_by_role("button", name="Cambia la password").click()
    await expect(page.get_by_label("Password di adesso")).to_have_attribute("aria-invalid", "true")


async def test_an_agent_sees_none_of_it(desk_server: Process, workspace: Furnished, chromium: Browser) -> None:
    page = await page_of(workspace.agent, desk_server, chromium)
    await page.goto(f"{desk_server.url}/admin/people")
    await expect(page.get_by_text("Questa pagina non è per il tuo ruolo")).to_be_visible()
    await expect(page.get_by_role("link", name="Persone")).to_have_count(0)
    await expect(
        page.get_by_role("navigation", name="Sezioni").get_by_role("link", name="Amministrazione")
    ).to_have_count(0)
    await page.context.close()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_page_is_open_to_everybody(
    desk_server: Process, workspace: Furnished, chromium: Browser, axe: str, theme: str
) -> None:
    page = await page_of(workspace.administrator, desk_server, chromium, color_scheme=theme)
    office = Office(page, desk_server)
    faults = []
    for name in PAGES:
        await office.open(f"/admin/{name}")
        await page.evaluate(axe)
        for violation in await page.evaluate(f"axe.run(document, {RULES}).then(found => found.violations)"):
            faults.append((name, violation["id"], violation["nodes"][0]["target"]))
    await page.context.close()
    assert faults == []


async def test_every_page_fits_a_telephone(desk_server: Process, workspace: Furnished, chromium: Browser) -> None:
    page = await page_of(workspace.administrator, desk_server, chromium, viewport={"width": 320, "height": 640})
    office = Office(page, desk_server)
    wide = []
    for name in PAGES:
        await office.open(f"/admin/{name}")
        if await page.evaluate(
            "[...document.querySelectorAll('html, main .scroll')].some(e => e.scrollWidth > e.clientWidth + 1)"
        ):
            wide.append(name)
    await page.context.close()
    assert wide == []
