"""The interactive reference at `/api`: it comes from this server alone, and a request tried there is really answered."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Company

pytestmark = [pytest.mark.browser, pytest.mark.outside, pytest.mark.postgres, pytest.mark.slow]


async def test_an_administrator_tries_a_request(company: Company) -> None:
    page = await (await company.context(company.people.administrator)).new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.goto(f"{company.server.url}/api")
    await expect(page.get_by_role("heading", name=re.compile("^Battito"))).to_be_visible()
    await page.locator(".opblock-tag[data-tag=Me]").click()
    door = page.locator(".opblock-get", has=page.locator('[data-path="/api/v1/me"]'))
    await door.locator(".opblock-summary-control").click()
    await door.get_by_role("button", name="Execute").click()
    await expect(door.locator(".live-responses-table .response-col_status").last).to_contain_text("200")
    await expect(door.locator(".live-responses-table")).to_contain_text("workspace")
    assert [url for url in asked if not url.startswith((company.server.url, "data:", "blob:"))] == []
