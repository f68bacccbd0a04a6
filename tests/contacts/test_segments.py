"""Segments: the database and the pure rule agree about who belongs; the doors; what relies on them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from battito.contacts.segments.check import Known, faults
from battito.contacts.segments.conditions import consent_of, folded, prepare, questions_of
from battito.contacts.segments.facts import Wanted, read_contact_facts
from battito.contacts.segments.model import ATTRIBUTE_SHAPES, CONTACT_FACTS, OPS, Group, Shape, Test
from battito.contacts.segments.sql import Where
from battito.kit.ids import uuid7
from tests.support.workspace import Furnished, a_conversation, furnish

pytestmark = [pytest.mark.postgres, pytest.mark.outside]

TODAY = datetime.now(UTC).date()
WORDS = ["Torino", "torino ", "Città di Castello", "CITTA", "so", "", "È  vero", "Müller", "12", "true"]
LABELS = [str(UUID(int=n)) for n in (1, 2, 3)]
ATTRIBUTES = {"citta": "text", "contratti": "number", "bonus": "boolean", "scadenza": "date", "piano": "choice"}
DAYS = [(TODAY + timedelta(days=n)).isoformat() for n in (-400, -30, -1, 0, 1, 30)]
VALUES: dict[Shape, st.SearchStrategy[list[Any]]] = {
    Shape.TEXT: st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    Shape.CODE: st.lists(st.sampled_from(["base", "Base", "pro", "oro"]), min_size=1, max_size=2),
    Shape.NUMBER: st.lists(st.sampled_from([0, 1, 2, 2.5, -1, 10_000]), min_size=1, max_size=1),
    Shape.DATE: st.lists(st.sampled_from(DAYS), min_size=1, max_size=1),
    Shape.BOOL: st.just([]),
}
SETS: dict[str, list[str]] = {
    "label": LABELS,
    "language": ["it", "it-IT", "en", "de"],
    "identity": ["email", "phone", "handle"],
    "domain": ["lumera.example", "example.it", "example.com"],
    "brand": LABELS,
    "company": LABELS,
}


@st.composite
def questions(draw: Any) -> Test:
    fact = draw(st.sampled_from(sorted(CONTACT_FACTS)))
    key, days = "", None
    shape = CONTACT_FACTS[fact]
    if fact == "attribute":
        key = draw(st.sampled_from(sorted(ATTRIBUTES)))
        shape = ATTRIBUTE_SHAPES[ATTRIBUTES[key]]
    if fact == "consent":
        key = draw(st.sampled_from(["marketing", "marketing:email", "profiling", "marketing:phone"]))
    if fact == "conversations":
        days = draw(st.sampled_from([1, 30, 365]))
    assert shape is not None
    op = draw(st.sampled_from(OPS[shape]))
    values: list[Any] = []
    if op in ("in_last", "in_next"):
        values = [draw(st.sampled_from([0, 1, 30, 400]))]
    elif op not in ("true", "false", "filled", "empty"):
        choices = st.lists(st.sampled_from(SETS.get(fact, ["x"])), min_size=1, max_size=3)
        values = draw(choices if fact in SETS else VALUES[shape])
    return Test(fact=fact, key=key, op=op, days=days, values=values)


trees = st.recursive(
    questions(),
    lambda inner: st.builds(
        Group, match=st.sampled_from(["all", "any", "none"]), conditions=st.lists(inner, max_size=3)
    ),
    max_leaves=5,
).map(lambda one: one if isinstance(one, Group) else Group(conditions=[one]))

people = st.fixed_dictionaries(
    {
        "attributes": st.fixed_dictionaries(
            {},
            optional={
                "citta": st.sampled_from(WORDS), "contratti": st.sampled_from([0, 1, 2, 2.5, 3]), "bonus": st.booleans(),
                "scadenza": st.sampled_from([*DAYS, "presto"]), "piano": st.sampled_from(["base", "pro"]),
            },
        ),
        "labels": st.lists(st.sampled_from(LABELS), max_size=2, unique=True),
        "language": st.sampled_from([None, "", "it", "it-IT", "en"]),
        "care": st.lists(st.sampled_from(["Chiamare dopo le 18", "Parlare piano", "Città"]), max_size=2),
        "since": st.sampled_from([None, *DAYS[:4]]),
        "identities": st.lists(st.sampled_from(["email lumera.example", "email example.it", "phone", "handle"]), max_size=2, unique=True),
        "conversations": st.lists(st.sampled_from([0, 10, 100]), max_size=3),
        "consents": st.lists(
            st.tuples(st.sampled_from(["marketing", "profiling"]), st.sampled_from(["*", "email", "phone"]), st.booleans()), max_size=3
        ),
        "company": st.booleans(),
    }
)  # fmt: skip


async def plant(connection: Any, workspace: Furnished, person: dict[str, Any]) -> UUID:
    """A contact with everything that a condition may ask for."""
    one, w, now = uuid7(), workspace.id, datetime.now(UTC)
    company = None
    if person["company"]:
        company = UUID(LABELS[0])
        await connection.execute(
            "insert into company(id, workspace_id, name) values ($1, $2, 'Azienda') on conflict do nothing", company, w
        )
    since = date.fromisoformat(person["since"]) if person["since"] else None
    care = [{"id": str(uuid7()), "icon": "heart", "text": text} for text in person["care"]]
    await connection.execute(
        "insert into contact(id, workspace_id, name, attributes, labels, language, care, since, company_id) values ($1, $2, 'Uno', $3, $4, $5, $6, $7, $8)",
        one, w, person["attributes"], person["labels"], person["language"], care, since, company,
    )  # fmt: skip
    for said in person["identities"]:
        kind, _, domain = said.partition(" ")
        value = f"{one.hex}@{domain}" if domain else f"{kind}{one.hex}"
        await connection.execute(
            "insert into identity(id, workspace_id, contact_id, kind, value, shown) values ($1, $2, $3, $4, $5, $5)",
            uuid7(), w, one, kind, value,
        )  # fmt: skip
    for ago in person["conversations"]:
        made = await a_conversation(connection, workspace, contact=one)
        await connection.execute(
            "update conversation set created_at = now() - make_interval(days => $2) where id = $1", made, ago
        )
    for n, (purpose, channel, granted) in enumerate(person["consents"]):
        await connection.execute(
            "insert into consent(id, workspace_id, contact_id, purpose, channel, granted, text_version, recorded_by, at) values ($1, $2, $3, $4, $5, $6, '1', 'x', $7)",
            uuid7(), w, one, purpose, channel, granted, now - timedelta(days=n),
        )  # fmt: skip
    return one


@settings(
    max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
@given(data=st.data())
async def test_the_database_and_the_pure_rule_agree(connection: Any, data: st.DataObject) -> None:
    workspace = await furnish(connection)
    ids = []
    transaction = connection.transaction()
    await transaction.start()
    try:
        for person in data.draw(st.lists(people, min_size=1, max_size=6)):
            ids.append(await plant(connection, workspace, person))
        for tree in data.draw(st.lists(trees, min_size=8, max_size=8)):
            facts = await read_contact_facts(connection, workspace.id, ids, Wanted.by([tree]))
            ready = prepare(tree)
            pure = {one for one in ids if ready.holds(facts[one])}
            assert {one for one in ids if ready.trace(facts[one]).held} == pure
            where = Where(2, TODAY)
            text = where.text(tree)
            rows = await connection.fetch(
                f"select c.id from contact c where c.workspace_id = $1 and {text}", workspace.id, *where.params
            )
            assert {row["id"] for row in rows} == pure, (tree, facts)
    finally:
        await transaction.rollback()


@given(trees)
def test_any_tree_goes_through_json_and_back(tree: Group) -> None:
    assert msgspec.json.decode(msgspec.json.encode(tree), type=Group) == tree
    assert all(isinstance(one, Test) for one in questions_of(tree))


@given(trees, st.fixed_dictionaries({"attribute": st.dictionaries(st.sampled_from(sorted(ATTRIBUTES)), st.none() | st.text() | st.floats() | st.booleans() | st.lists(st.text())),
                                    "label": st.lists(st.text()) | st.none(), "care": st.text(), "since": st.dates() | st.text(), "today": st.just(TODAY)}))  # fmt: skip
def test_strange_facts_are_no_error_and_a_denial_is_the_opposite(tree: Group, facts: dict[str, Any]) -> None:
    held = prepare(tree).holds(facts)
    assert prepare(Group(match="none", conditions=[tree])).holds(facts) is (not held)
    assert prepare(tree).trace(facts).held is held


def test_words_are_whole_and_accents_do_not_matter() -> None:
    def said(op: Any, *values: str) -> bool:
        ready = prepare(Group(conditions=[Test(fact="text", op=op, values=list(values))]))
        return ready.holds({"text": "Buongiorno, vorrei la DISDETTA:\n perché è aumentato il canone?"})

    assert said("words", "disdetta")
    assert said("words", "perche e aumentato")
    assert said("words", "disd*")
    assert not said("words", "disd")
    assert not said("words", "canon")
    assert said("no_words", "guasto")
    assert said("contains", "dett")
    assert folded("  ÀÉ\n ß ") == "ae ß"


def test_the_newest_word_about_a_consent_counts() -> None:
    lines = [("marketing", "email", False), ("marketing", "*", True)]
    assert consent_of(lines, "marketing:email") is False
    assert consent_of(lines, "marketing:phone") is True
    assert consent_of(lines, "marketing") is False
    assert consent_of(lines, "profiling") is None


def test_what_is_wrong_is_named_where_it_is() -> None:
    known = Known(attributes={"piano": ("choice", ("base", "pro"))}, ids={"label": frozenset(LABELS)})
    tree = Group(
        conditions=[
            Test(fact="attribute", key="piano", op="any_of", values=["oro"]),
            Test(fact="attribute", key="nulla", op="filled"),
            Test(fact="label", op="any_of", values=["no"]),
            Test(fact="label", op="contains", values=["no"]),
            Test(fact="since", op="before", values=["ieri"]),
            Test(fact="conversations", op="ge", values=[1]),
            Test(fact="consent", op="true"),
            Group(),
            Test(fact="care", op="contains", values=[" "]),
        ]
    )
    found = {fault.path.removeprefix("conditions."): fault.code for fault in faults(tree, known)}
    assert found == {
        "conditions[0].values": "unknown-attribute", "conditions[1].key": "unknown-attribute", "conditions[2].values": "unknown-label",
        "conditions[3].op": "wrong-op", "conditions[4].values": "want-date", "conditions[5].days": "no-days", "conditions[6].key": "no-purpose",
        "conditions[7]": "empty-group", "conditions[8].values": "no-value",
    }  # fmt: skip
    deep = Group(conditions=[Group(conditions=[Group(conditions=[Group(conditions=[Group()])])])])
    assert "too-deep" in {fault.code for fault in faults(deep, known)}


async def test_a_segment_is_made_counted_listed_and_taken_away(http: httpx.AsyncClient, workspace: Furnished) -> None:
    boss = workspace.administrator.headers
    await http.post("/api/v1/attributes", headers=boss, json={"key": "bonus", "label": "Bonus", "kind": "boolean"})
    for name, bonus in (("Anna Riva", True), ("Bruno Sala", False), ("Carla Neri", True)):
        body = {"name": name, "attributes": {"bonus": bonus}}
        assert (await http.post("/api/v1/contacts", headers=boss, json=body)).status_code == 201
    conditions = {
        "kind": "group", "match": "all",
        "conditions": [{"kind": "test", "fact": "attribute", "key": "bonus", "op": "true"}],
    }  # fmt: skip
    preview = await http.post(
        "/api/v1/segments/preview", headers=workspace.agent.headers, json={"conditions": conditions}
    )
    assert preview.status_code == 200, preview.text
    assert (preview.json()["total"], [p["name"] for p in preview.json()["items"]]) == (2, ["Carla Neri", "Anna Riva"])
    made = await http.post("/api/v1/segments", headers=boss, json={"name": "Bonus sociale", "conditions": conditions})
    assert made.status_code == 201, made.text
    path = f"/api/v1/segments/{made.json()['id']}"
    counted = await http.get("/api/v1/segments?count=true", headers=boss)
    assert [(s["name"], s["members"]) for s in counted.json()["items"]] == [("Bonus sociale", 2)]
    listed = await http.get(f"/api/v1/contacts?segment={made.json()['id']}&q=anna", headers=workspace.agent.headers)
    assert [c["name"] for c in listed.json()["items"]] == ["Anna Riva"]
    again = await http.post("/api/v1/segments", headers=boss, json={"name": "bonus SOCIALE", "conditions": conditions})
    assert (again.status_code, again.json()["code"]) == (409, "name-taken")
    assert (await http.post("/api/v1/segments", headers=workspace.agent.headers, json={"name": "x", "conditions": conditions})).status_code == 403  # fmt: skip
    wrong = {"kind": "group", "conditions": [{"kind": "test", "fact": "attribute", "key": "no", "op": "true"}]}
    refused = await http.post("/api/v1/segments", headers=boss, json={"name": "x", "conditions": wrong})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "conditions.conditions[0].key"
    changed = {"name": "Bonus", "description": "Con bonus", "conditions": conditions}
    tag = made.headers["etag"]
    assert (await http.patch(path, headers={**boss, "if-match": tag}, json=changed)).json()["version"] == 2
    stale = await http.patch(path, headers={**boss, "if-match": tag}, json=changed)
    assert (stale.status_code, stale.json()["current"]["name"]) == (412, "Bonus")
    assert (await http.delete(path, headers=boss)).status_code == 204
    assert (await http.get(path, headers=boss)).status_code == 404
    assert (await http.get(f"/api/v1/contacts?segment={made.json()['id']}", headers=boss)).status_code == 404
