"""`/chat/…`, `/widget/…`: sites, forms, files, identities, letters."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from battito.calendars.models import WeekHours
from battito.channels.webchat.settings import Files, Hours
from battito.channels.webchat.simulator import SimulatedVisitor, VisitorRefused
from tests.channels.webchat.conftest import Widget

pytestmark = [pytest.mark.outside, pytest.mark.postgres]

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
NEVER = Hours(week=[WeekHours([0], "00:00", "00:01")])


@pytest.fixture
async def site(widget: Widget) -> Any:
    async with httpx.AsyncClient(base_url=widget.server.url, timeout=20) as http:
        yield http


async def test_only_allowed_sites_read_the_configuration(widget: Widget, site: httpx.AsyncClient) -> None:
    query = {"site": widget.site, "lang": "it-IT"}
    allowed = await site.get("/chat/config", params=query, headers={"origin": "https://www.lumera.example"})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] == "https://www.lumera.example"
    assert allowed.json()["fields"][0]["label"] == "Come ti chiami?"
    refused = await site.get("/chat/config", params=query, headers={"origin": "https://evil.example"})
    assert (refused.status_code, refused.json()["code"]) == (403, "origin")
    assert "https://evil.example" in refused.json()["detail"]
    assert refused.headers["access-control-allow-origin"] == "*"  # so that the console can say why
    lying = await site.get("/chat/config", params={**query, "host": "https://evil.example"})
    assert lying.status_code == 403
    assert (await site.get("/chat/config", params={"site": "nobody"})).json()["code"] == "no-widget"
    assert (await site.get("/chat/config")).status_code == 404


async def test_the_frame_may_stand_on_allowed_sites_only(widget: Widget, site: httpx.AsyncClient) -> None:
    page = await site.get("/widget/", params={"site": widget.site})
    assert page.status_code == 200
    policy = page.headers["content-security-policy"]
    ancestors = policy.split("frame-ancestors ")[1]
    assert ancestors == f"'self' {widget.server.url} https://www.lumera.example"
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert (await site.get("/widget/", params={"site": "nobody"})).status_code == 404


async def test_the_loader_may_be_loaded_by_any_site(widget: Widget, site: httpx.AsyncClient) -> None:
    loader = await site.get("/widget/loader.js")
    assert loader.status_code == 200
    assert loader.headers["content-type"].startswith("text/javascript")
    assert loader.headers["cross-origin-resource-policy"] == "cross-origin"
    for path in ("/widget/../settings.toml", "/widget/%2e%2e/secret.key", "/widget/nothing.js", "/widget/assets"):
        assert (await site.get(path)).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({}, 422, "site"),
        ({"site": 7}, 422, "site"),
        ({"site": "nobody"}, 404, None),
        ({"fields": {"email": "x"}}, 422, "fields.email"),
        ({"fields": {"admin": "x"}}, 422, "fields.admin"),
        ({"consents": []}, 422, "consents.service"),
        ({"consents": [{"purpose": "service", "version": "1", "given": True}]}, 422, "consents.service"),
        ({"host": "https://evil.example"}, 403, None),
        ({"identity": "forged"}, 422, "identity"),
    ],
)
async def test_a_session_needs_site_form_and_consent(
    widget: Widget, site: httpx.AsyncClient, body: dict[str, Any], status: int, field: str | None
) -> None:
    good = {"site": widget.site, "consents": [{"purpose": "service", "version": "2", "given": True}]}
    sent = body if not body or "site" in body else {**good, **body}
    answer = await site.post("/chat/sessions", json=sent)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    if field is not None:
        assert [e["field"] for e in answer.json()["errors"]] == [field]


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff\xfe", b'{"site":"\\ud800"}'])
async def test_a_body_that_is_none_is_a_400_or_422(site: httpx.AsyncClient, body: bytes) -> None:
    answer = await site.post("/chat/sessions", content=body)
    assert answer.status_code in (400, 422)


async def test_doors_know_their_methods(site: httpx.AsyncClient) -> None:
    assert (await site.get("/chat/sessions")).status_code == 405
    assert (await site.get("/chat/nothing")).status_code == 404
    assert (await site.post("/chat/sessions", content=b"x" * 200_000)).status_code == 413


async def test_an_identity_token_joins_the_contact_with_its_evidence(
    widget: Widget, agent: httpx.AsyncClient, connection: Any
) -> None:
    visitor = widget.visitor()
    await visitor.open({"name": "una che dice di chiamarsi Anna"}, identity=widget.token(name="Teresa Colombo"))
    first = await visitor.say("Sono io.")
    await visitor.wait_for_message(lambda m: m["client_id"] == str(first))
    identities = await connection.fetch(
        "select i.kind, i.value, i.verified, p.name from identity i join contact p on p.id = i.contact_id where i.workspace_id = $1",
        widget.workspace.id,
    )
    assert ("external", "site:C-4471", True, "Teresa Colombo") in [tuple(i) for i in identities]
    # another browser, the same person: one contact
    elsewhere = widget.visitor()
    await elsewhere.open(identity=widget.token())
    second = await elsewhere.say("Ora dal telefono.")
    await elsewhere.wait_for_message(lambda m: m["client_id"] == str(second))
    assert (
        await connection.fetchval(
            "select count(*) from contact where workspace_id = $1 and merged_into is null", widget.workspace.id
        )
        == 1
    )
    for one in (visitor, elsewhere):
        await one.close()


async def test_a_tampered_identity_token_is_refused(widget: Widget, visitor: SimulatedVisitor) -> None:
    for token in (
        widget.token(key="somebody else's key, long enough....."),
        widget.token(aud="other"),
        widget.token(exp=1),
        "x.y.z",
        "",
    ):
        refused = await visitor.call("POST", "/chat/identity", {"identity": token})
        assert refused.status_code == 422
        assert [e["field"] for e in refused.json()["errors"]] == ["identity"]
    assert (await visitor.call("POST", "/chat/identity", {"identity": widget.token()})).status_code == 204
    with pytest.raises(VisitorRefused, match="identity"):
        await widget.visitor().open(identity=widget.token(exp=1))


async def test_what_was_typed_joins_nobody(widget: Widget, connection: Any) -> None:
    """A stranger who types somebody's address must not find that person's conversation."""
    for name in ("Teresa", "Estranea"):
        visitor = widget.visitor()
        await visitor.open({"name": name, "email": "teresa@example.it"})
        message = await visitor.say("Buongiorno")
        await visitor.wait_for_message(lambda m, i=message: m["client_id"] == str(i))  # type: ignore[misc]
        assert len(visitor.messages) == 1
        await visitor.close()
    assert await connection.fetchval("select count(*) from contact where workspace_id = $1", widget.workspace.id) == 2


async def test_a_file_arrives_once_and_can_be_seen_by_both(
    widget: Widget, visitor: SimulatedVisitor, agent: httpx.AsyncClient
) -> None:
    file = await visitor.upload("contatore.png", PNG, "image/png")
    await visitor.upload("contatore.png", PNG, "image/png", file_id=file)  # again, after an interruption
    message = await visitor.say("Ecco la foto", files=[file])
    shown = await visitor.wait_for_message(lambda m: m["client_id"] == str(message))
    assert [(f["name"], f["type"], f["size"]) for f in shown["files"]] == [("contatore.png", "image/png", len(PNG))]
    async with httpx.AsyncClient(base_url=widget.server.url) as anybody:
        fetched = await anybody.get(shown["files"][0]["url"])
        assert fetched.content == PNG
        assert (await anybody.get(shown["files"][0]["url"][:-4] + "AAAA")).status_code == 403
    await visitor.wait_for_state(status="waiting")
    messages = (await agent.get(f"/conversations/{visitor.state['conversation_id']}/messages")).json()["items"]
    assert [a["name"] for m in messages for a in m["attachments"]] == ["contatore.png"]


async def test_a_file_alone_is_a_message(visitor: SimulatedVisitor) -> None:
    file = await visitor.upload("contatore.png", PNG, "image/png")
    message = await visitor.say("", files=[file])
    shown = await visitor.wait_for_message(lambda m: m["client_id"] == str(message))
    assert len(shown["files"]) == 1


async def test_a_file_is_what_it_is_and_not_what_it_says(
    widget: Widget, visitor: SimulatedVisitor, another_widget: Any
) -> None:
    with pytest.raises(VisitorRefused, match="415"):
        await visitor.upload("foto.png", b"MZ\x90\x00" + b"\x00" * 200, "image/png")
    with pytest.raises(VisitorRefused, match="415"):
        await visitor.upload(
            "foto.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "image/svg+xml"
        )
    small = await another_widget(widget.workspace, files=Files(max_bytes=1000))
    other = small.visitor()
    await other.open()
    with pytest.raises(VisitorRefused, match="413"):
        await other.upload("grande.png", PNG + b"\x00" * 1000, "image/png")
    none = await another_widget(widget.workspace, files=Files(max_count=0))
    third = none.visitor()
    await third.open()
    with pytest.raises(VisitorRefused, match="no-files"):
        await third.upload("foto.png", PNG, "image/png")
    for one in (other, third):
        await one.close()


async def test_a_visitor_cannot_send_somebody_elses_file(widget: Widget, visitor: SimulatedVisitor) -> None:
    file = await visitor.upload("privata.png", PNG, "image/png")
    thief = widget.visitor()
    await thief.open()
    message = await thief.say("mia?", files=[file])
    error = await thief.wait_for(lambda f: f["type"] == "error" and f["id"] == str(message))
    assert error["code"] == "no-file"
    await thief.close()


async def test_when_closed_a_callback_is_a_message_that_says_so(
    widget: Widget, another_widget: Any, connection: Any
) -> None:
    closed = await another_widget(widget.workspace, hours=NEVER, when_closed=["message", "callback"])
    visitor = closed.visitor()
    config = await visitor.config()
    assert config["open"] is False
    assert config["opens_at"] is not None
    slot = config["callback"]["slots"][0]
    await visitor.open({"name": "Teresa", "email": "teresa@example.it"})
    wrong = await visitor.call("POST", "/chat/callback", {"phone": "123", "from": None})
    assert [e["field"] for e in wrong.json()["errors"]] == ["phone"]
    past = await visitor.call("POST", "/chat/callback", {"phone": "333 1234567", "from": "2020-01-01T10:00:00Z"})
    assert [e["field"] for e in past.json()["errors"]] == ["from"]
    asked = await visitor.call(
        "POST", "/chat/callback", {"phone": "333 1234567", "from": slot["from"], "note": "per la voltura"}
    )
    assert asked.status_code == 202
    shown = await visitor.wait_for_message(lambda m: m["author"]["kind"] == "customer")
    assert shown["text"].startswith("Richiamatemi al +393331234567")
    assert shown["text"].endswith("per la voltura")
    await visitor.close()


async def test_a_transcript_needs_something_to_send_and_somewhere_to_go(
    widget: Widget, visitor: SimulatedVisitor
) -> None:
    empty = await visitor.call("POST", "/chat/transcript", {"email": "teresa@example.it"})
    assert (empty.status_code, empty.json()["code"]) == (409, "empty")
    message = await visitor.say("da ricordare")
    await visitor.wait_for_message(lambda m: m["client_id"] == str(message))
    wrong = await visitor.call("POST", "/chat/transcript", {"email": "teresa"})
    assert [e["field"] for e in wrong.json()["errors"]] == ["email"]


async def test_pages_of_messages(widget: Widget, visitor: SimulatedVisitor) -> None:
    ids = [await visitor.say(f"riga {n}") for n in range(6)]
    await visitor.wait_for_message(lambda m: m["client_id"] == str(ids[-1]))
    page = (await visitor.call("GET", "/chat/messages")).json()
    assert [m["text"] for m in page["messages"]] == [f"riga {n}" for n in range(6)]
    third = page["messages"][2]["seq"]
    before = (await visitor.call("GET", f"/chat/messages?before={third}")).json()
    assert [m["text"] for m in before["messages"]] == ["riga 0", "riga 1"]
    after = (await visitor.call("GET", f"/chat/messages?after={third}")).json()
    assert [m["text"] for m in after["messages"]] == ["riga 3", "riga 4", "riga 5"]
    assert (await visitor.call("GET", "/chat/messages?before=x")).status_code == 422
    assert UUID(page["state"]["conversation_id"])


async def test_a_token_of_one_widget_opens_nothing_else(widget: Widget, visitor: SimulatedVisitor) -> None:
    async with httpx.AsyncClient(base_url=widget.server.url) as http:
        for path in ("/api/v1/me", "/api/v1/conversations", f"/api/v1/contacts/{uuid4()}"):
            assert (await http.get(path, headers=visitor.headers)).status_code == 401
        for headers in ({}, {"authorization": "Bearer x"}, widget.workspace.agent.headers):
            assert (await http.get("/chat/messages", headers=headers)).status_code == 401


async def test_many_sessions_from_one_address_are_slowed(widget: Widget, site: httpx.AsyncClient) -> None:
    body = {"site": widget.site, "consents": [{"purpose": "service", "version": "2", "given": True}]}
    crowd = {"x-forwarded-for": "203.0.113.7"}
    answers = await asyncio.gather(*(site.post("/chat/sessions", json=body, headers=crowd) for _ in range(90)))
    assert {a.status_code for a in answers} <= {201, 429}
    refused = [a for a in answers if a.status_code == 429]
    assert refused
    assert int(refused[0].headers["retry-after"]) >= 1
