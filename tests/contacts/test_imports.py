"""Importing contacts: files as people send them, from outside."""

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.contacts.csv_files import read_rows
from battito.contacts.imports import guess_mapping
from battito.platform.errors import Invalid
from tests.support.workspace import Furnished

CSV = (
    "Cognome;Nome;E-mail;Telefono;Comune;Codice cliente\r\n"
    "Colombo;Teresa;teresa.colombo@{w}.example;011 123 4567;Torino;C1\r\n"
    "D'Alò;Niccolò;nic@{w}.example;;Lecce;C2\r\n"
    "Senza;Posta;non-è-una-mail;;;C3\r\n"
    ";;;;;\r\n"
    "Colombo;Teresa;teresa.colombo@{w}.example;;Moncalieri;C1\r\n"
)


@pytest.mark.postgres
@pytest.mark.outside
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1252"])
async def test_a_file_is_mapped_previewed_imported_and_its_refusals_returned(
    http: httpx.AsyncClient, workspace: Furnished, encoding: str
) -> None:
    headers = workspace.administrator.headers
    content = CSV.replace("{w}", workspace.id.hex).encode(encoding)
    made = await http.post(
        "/api/v1/contacts/imports", files={"file": ("clienti.csv", content, "text/csv")}, headers=headers
    )
    assert made.status_code == 201, made.text
    job = made.json()
    assert job["mapping"] == {
        "Cognome": "last_name", "Nome": "first_name", "E-mail": "email", "Telefono": "phone", "Comune": "location", "Codice cliente": "external",
    }  # fmt: skip
    path = f"/api/v1/contacts/imports/{job['id']}"
    seen = (await http.post(f"{path}/preview", json={"mapping": job["mapping"]}, headers=headers)).json()
    assert [r["action"] for r in seen["rows"]] == ["create", "create", "refuse", "create"]
    assert (await http.post(f"{path}/preview", json={"mapping": {"Nome": "nope"}}, headers=headers)).status_code == 422
    assert (await http.post(f"{path}/start", json={"mapping": job["mapping"]}, headers=headers)).status_code == 202
    for _ in range(200):
        done: dict[str, Any] = (await http.get(path, headers=headers)).json()
        if done["state"] == "done":
            break
        await asyncio.sleep(0.05)
    assert (done["created"], done["updated"], done["refused"], done["total"]) == (2, 1, 1, 4)
    found = (await http.get("/api/v1/contacts", params={"q": "Niccolò D'Alò"}, headers=headers)).json()["items"]
    assert found[0]["location"] == "Lecce"
    refused = (await http.get(f"{path}/refused", headers=headers)).text
    assert "non-è-una-mail" in refused
    exported = (await http.get("/api/v1/contacts/export", headers=headers)).text
    assert "Moncalieri" in exported
    assert (await http.get("/api/v1/contacts/export", headers=workspace.agent.headers)).status_code == 403


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        rows = list(read_rows(content))
    except Invalid:
        return
    assert all(any(cell.strip() for cell in row) for row in rows)


def test_a_field_is_guessed_once() -> None:
    assert guess_mapping(["Email", "Mail", "Boh"], []) == {"Email": "email"}


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        ("nome;email\nPippo;p@x.it\n".encode("utf-16"), [["nome", "email"], ["Pippo", "p@x.it"]]),
        (b"sep=|\r\na|b;c\r\n1|2;3\r\n", [["a", "b;c"], ["1", "2;3"]]),
        (b"a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
        (b'a,b\n"uno\ndue","x ""y"""', [["a", "b"], ["uno\ndue", 'x "y"']]),
        (b"", []),
    ],
)
def test_files_as_spreadsheets_write_them(content: bytes, rows: list[list[str]]) -> None:
    assert list(read_rows(content)) == rows


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04rest", b"\xd0\xcf\x11\xe0rest", b'nome,email\n"Aperto,x@x.it\nDue,y@x.it\n']
)
def test_what_would_be_read_wrongly_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid) as refused:
        list(read_rows(content))
    assert set(refused.value.fields) == {"file"}
