"""The twin by keyboard: a scenario of one's own, a change, the answer in words; and what if, from the floor."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.browser.conftest import Company
from tests.browser.test_access import faults

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]


async def answered(page: Page) -> None:
    """The difference in words: «help: livello di servizio +6,1 punti (±1,2)»."""
    told = page.get_by_role("region", name="Che cosa cambia")
    await expect(told).to_contain_text(re.compile(r"livello di servizio \+\d+,\d punti \(±\d+,\d\)"), timeout=30_000)


async def test_a_question_to_the_twin_by_keyboard(company: Company, axe: str) -> None:
    page = await company.desk(company.people.planner)
    await page.keyboard.press("g")
    await page.keyboard.press("t")
    await expect(page.get_by_role("heading", name="Gemello")).to_be_visible()
    await page.get_by_role("radio", name="Adesso").focus()
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_role("radio", name="Uno scenario tuo")).to_be_checked()

    # as text: an unknown key is refused on its line, with the nearest one
    await page.get_by_role("tab", name="Modulo").press("ArrowRight")
    text = page.get_by_label("Scenario in YAML")
    written = await text.input_value()
    await text.fill(written.replace("interval_minutes", "intervall_minutes"))
    await expect(page.get_by_role("alert")).to_contain_text("Forse `interval_minutes`?")
    await page.get_by_role("button", name="riga 8").press("Enter")
    assert await text.evaluate("(area) => area.value.slice(area.selectionStart, area.selectionEnd).trim()") == "intervall_minutes: 60"  # fmt: skip
    await text.fill(written.replace("replications: 20", "replications: 8"))
    await expect(page.get_by_text("Va bene: circa")).to_be_visible()

    # as a form: the same scenario
    await page.get_by_role("tab", name="Testo (YAML)").press("ArrowLeft")
    await expect(page.get_by_label("Simulazioni")).to_have_value("8")
    await page.get_by_label("Simulazioni").fill("6")
    await page.get_by_label("Simulazioni").press("Tab")

    await page.get_by_label("Di quali").select_option("experts")
    await page.get_by_label("Dalle").fill("10:00")
    await page.get_by_label("Alle", exact=True).fill("12:00")
    await page.get_by_role("button", name="Aggiungi", exact=True).press("Enter")
    await expect(page.get_by_role("listitem").filter(has_text="+2 persone (experts) 10:00–12:00")).to_be_visible()
    await page.keyboard.press("Control+Enter")
    await answered(page)
    await expect(page).to_have_url(re.compile("/twin/[0-9a-f-]{36}$"))
    await expect(page.get_by_role("img", name=re.compile("Livello di servizio, help"))).to_be_visible()
    levels = page.get_by_role("table").first
    await expect(levels).to_contain_text("Differenza")
    await page.get_by_role("button", name="Tieni").press("Enter")
    await expect(page.get_by_role("button", name="Non tenere più")).to_be_visible()
    await expect(page.get_by_role("link", name=re.compile("persone .experts.* tenuta"))).to_be_visible()
    await page.reload()
    await answered(page)

    wrong = []
    for width, height in ((1792, 976), (1366, 768), (320, 640)):
        await page.set_viewport_size({"width": width, "height": height})
        wrong += await faults(page, page, f"twin at {width}", axe)
    assert wrong == []


async def test_what_if_from_the_floor(company: Company, axe: str) -> None:
    page = await company.desk(company.people.supervisor, "/floor")
    opener = page.get_by_role("button", name="E se…?")
    await opener.press("Enter")
    panel = page.get_by_role("complementary", name="E se…?")
    await expect(panel.get_by_label("Che cosa cambia")).to_be_visible()
    await panel.get_by_label("Che cosa cambia").select_option("arrivals")
    await panel.get_by_label("Percento").fill("50")
    await panel.get_by_role("button", name="Aggiungi", exact=True).press("Enter")
    await panel.get_by_role("button", name="Chiedi").press("Enter")
    await expect(panel.get_by_role("region", name="I valori")).to_be_visible(timeout=30_000)
    await expect(panel.get_by_role("region", name="Quanto fidarsi")).to_be_visible()
    assert await faults(page, page, "what if", axe) == []
    await panel.press("Escape")
    await expect(panel).to_be_hidden()
    page = await company.desk(company.people.agent, "/twin")
    await expect(page.get_by_text("Il gemello è di chi pianifica")).to_be_visible()
