"""Reports: a brute-force recount agrees with them, on any day and also when the clock changes; nobody is singled out."""

import csv
import io
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import duckdb
import httpx
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from battito.insights.intervals import Length, bounds
from battito.insights.narrow import narrowing
from battito.insights.queries.metrics import get_metrics
from battito.insights.spans import Heard, Stretch, fold
from battito.kit.ids import uuid7
from battito.platform.errors import Forbidden, Invalid
from tests.routing.doing import a_queue, eventually
from tests.support.workspace import Furnished, a_conversation

ROME = ZoneInfo("Europe/Rome")
TARGET = {"voice": 20.0, "webchat": 60.0, "email": 14_400.0}


@pytest.mark.parametrize(("day", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)])
def test_days_have_as_many_hours_as_they_have(day: str, hours: int) -> None:
    begin = datetime.fromisoformat(day).replace(tzinfo=ROME)
    end = (begin.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=ROME)
    for length, each in (("1h", 1), ("15m", 4)):
        cuts = bounds(begin.astimezone(UTC), end.astimezone(UTC), length, ROME)  # type: ignore[arg-type]
        assert len(cuts) - 1 == hours * each
        assert (cuts[0], cuts[-1]) == (begin, end)
    assert bounds(begin, end, "1d", ROME) == [begin, end]


@given(
    st.floats(1.6e9, 1.9e9).map(lambda at: datetime.fromtimestamp(round(at), UTC)), st.timedeltas(timedelta(seconds=1), timedelta(days=20)),
    st.sampled_from(["15m", "1h", "1d", "1w"]), st.sampled_from(["Europe/Rome", "Asia/Kathmandu", "Australia/Lord_Howe", "America/Sao_Paulo", "UTC"]),
)  # fmt: skip
def test_intervals_cover_the_time_without_gaps(start: datetime, span: timedelta, length: Length, zone: str) -> None:
    end = start + span
    cuts = bounds(start, end, length, ZoneInfo(zone))
    assert cuts == sorted(set(cuts))
    assert cuts[0] <= start < cuts[1]
    assert cuts[-2] < end <= cuts[-1]
    if length in ("1d", "1w"):
        assert all(cut.astimezone(ZoneInfo(zone)).strftime("%H:%M") in ("00:00", "01:00") for cut in cuts)
    if length == "1w":
        assert {cut.astimezone(ZoneInfo(zone)).weekday() for cut in cuts} == {0}


def test_too_many_intervals_are_refused() -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(Invalid):
        bounds(begin, begin + timedelta(days=400), "15m", ROME)
    with pytest.raises(Invalid):
        bounds(begin, begin, "1h", ROME)


HEARD = st.lists(
    st.builds(
        Heard, st.sampled_from([UUID(int=1), UUID(int=2)]), st.integers(0, 60).map(lambda s: datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(seconds=s)),
        st.sampled_from(["available", "away"]), st.none(), st.sampled_from(["idle", "handling"]),
    ), max_size=30,
).map(lambda found: sorted(found, key=lambda one: one.at))  # fmt: skip


@given(HEARD, st.integers(0, 30))
def test_stretches_follow_and_hearing_again_changes_nothing(heard: list[Heard], again: int) -> None:
    kept: dict[tuple[UUID, datetime], Stretch] = {}
    known: dict[UUID, Stretch] = {}
    for batch in (heard[:again], heard[max(0, again - 5) :]):  # a part comes twice
        for one in fold(known, batch):
            kept[one.user_id, one.from_at] = msgspec.structs.replace(one)
        known = {one.user_id: msgspec.structs.replace(one) for one in kept.values() if one.to_at is None}
    for user in {one.user_id for one in heard}:
        own = sorted((s for s in kept.values() if s.user_id == user), key=lambda s: s.from_at)
        assert [s.to_at for s in own[:-1]] == [s.from_at for s in own[1:]]  # without gaps
        assert own[-1].to_at is None
        last = [h for h in heard if h.user_id == user][-1]
        assert (own[-1].state, own[-1].routing) == (last.state, last.routing)


async def plant(connection: Any, workspace: Furnished, queues: list[UUID], *, seed: int, around: datetime, hours: float, n: int) -> list[dict[str, Any]]:  # fmt: skip
    """Interactions at random times around a moment."""
    dice = random.Random(seed)
    agents = [workspace.agent.id, workspace.other.id]
    conversation = await a_conversation(connection, workspace)
    rows = []
    for _ in range(n):
        channel = dice.choice(["email", "webchat", "voice"])
        entered = around + timedelta(seconds=round(dice.uniform(0, hours * 3600)))
        wait = timedelta(seconds=dice.choice([1, 4, 5, 6, 20, 21, 60, 61, 3600, 14_400, 14_401]))
        via = dice.choice(["queue", "queue", "queue", "taken", "owner"])
        fate = dice.choice(["answered", "transfer", "abandoned", "flow-out", "waiting", "handling"])
        row: dict[str, Any] = {
            "id": uuid7(), "workspace_id": workspace.id, "conversation_id": conversation, "channel": channel, "queue_id": dice.choice([*queues, None]),
            "via": via, "state": "ended", "agent_id": None, "entered_at": entered, "answered_at": None, "ended_at": None, "wrapped_at": None, "outcome": None,
        }  # fmt: skip
        if via != "queue" and dice.random() < 0.3:
            wait = timedelta(0)
        if fate in ("answered", "transfer", "handling"):
            row |= {"answered_at": entered + wait, "agent_id": dice.choice(agents)}
            if fate == "handling":
                row["state"] = "wrap-up"
            else:
                ended = entered + wait + timedelta(seconds=dice.randint(0, 900))
                row |= {"ended_at": ended, "wrapped_at": ended + timedelta(seconds=dice.randint(0, 90)), "outcome": fate}  # fmt: skip
        elif fate == "waiting":
            row |= {"state": "ended", "ended_at": entered + wait, "wrapped_at": entered + wait, "outcome": "flow-out"}
        else:
            row |= {"ended_at": entered + wait, "wrapped_at": entered + wait, "outcome": fate}
        rows.append(row)
    names = list(rows[0])
    await connection.executemany(
        f"insert into interaction({', '.join(names)}) values ({', '.join(f'${n + 1}' for n in range(len(names)))})",
        [tuple(row.values()) for row in rows],
    )
    return rows


def counts(row: dict[str, Any]) -> bool:
    return row["via"] == "queue" or (row["via"] == "taken" and (row["answered_at"] is None or row["answered_at"] > row["entered_at"]))  # fmt: skip


def brute(rows: list[dict[str, Any]], begin: datetime, end: datetime) -> dict[str, Any]:
    """The glossary, one contact at a time."""
    out: dict[str, Any] = dict.fromkeys(
        ["offered", "answered", "abandoned", "short_abandoned", "flow_out", "handled", "continued", "within", "aws", "entered_answered", "short"], 0
    ) | {"wait_s": 0.0, "talk_s": 0.0, "wrap_up_s": 0.0}  # fmt: skip
    for row in rows:
        target, mine = TARGET[row["channel"]], counts(row)
        entered, answered, wrapped = row["entered_at"], row["answered_at"], row["wrapped_at"]
        gone_after = None if row["outcome"] != "abandoned" else (row["ended_at"] - entered).total_seconds()
        if begin <= entered < end:
            out["offered" if mine else "continued"] += 1
            if mine and answered is not None:
                quick = (answered - entered).total_seconds() <= target
                out["entered_answered"] += 1
                out["within"] += quick
                out["aws"] += quick
            if mine and gone_after is not None:
                out["aws"] += gone_after <= target
                out["short"] += gone_after < 5
        if mine and answered is not None and begin <= answered < end:
            out["answered"] += 1
            out["wait_s"] += (answered - entered).total_seconds()
        if wrapped is not None and begin <= wrapped < end:
            out["abandoned"] += row["outcome"] == "abandoned"
            out["short_abandoned"] += gone_after is not None and gone_after < 5
            out["flow_out"] += row["outcome"] == "flow-out"
            if answered is not None:
                out["handled"] += 1
                out["talk_s"] += (row["ended_at"] - answered).total_seconds()
                out["wrap_up_s"] += (wrapped - row["ended_at"]).total_seconds()
    return out


def same(figures: Any, expected: dict[str, Any]) -> None:
    for name in ("offered", "answered", "abandoned", "short_abandoned", "flow_out", "handled", "continued", "wait_s", "talk_s", "wrap_up_s"):  # fmt: skip
        assert getattr(figures, name) == pytest.approx(expected[name]), name
    service = figures.service
    assert (service.strict.numerator, service.strict.denominator) == (expected["within"], expected["offered"] - expected["short"])  # fmt: skip
    assert (service.aws.numerator, service.aws.denominator) == (expected["aws"], expected["offered"])
    assert (service.answered.numerator, service.answered.denominator) == (expected["within"], expected["entered_answered"])  # fmt: skip
    assert figures.asa_s == (pytest.approx(expected["wait_s"] / expected["answered"]) if expected["answered"] else None)


@pytest.mark.postgres
@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25), date(2026, 5, 4)])
@pytest.mark.parametrize("interval", ["15m", "1h", "1d"])
async def test_a_brute_force_recount_agrees(connection: Any, workspace: Furnished, day: date, interval: Length) -> None:
    queues = [await a_queue(connection, workspace) for _ in range(2)]
    around = datetime(day.year, day.month, day.day, tzinfo=ROME).astimezone(UTC) - timedelta(hours=5)
    rows = await plant(connection, workspace, queues, seed=day.day, around=around, hours=34, n=300)
    context = workspace.supervisor.context
    now = datetime(2026, 12, 1, tzinfo=UTC)

    async def report(**more: Any) -> Any:
        asked = narrowing(context, **more.pop("narrow", {}))
        return await get_metrics(
            connection, context, asked, start=day.isoformat(), end=(day + timedelta(days=1)).isoformat(), interval=interval, now=now, **more
        )  # fmt: skip

    whole = await report(by="none")
    begin, end = whole.from_, whole.to
    assert (end - begin).total_seconds() / 3600 == {29: 23, 25: 25, 4: 24}[day.day]
    same(whole.totals, brute(rows, begin, end))
    seen = 0
    for item in whole.items:
        same(item.figures, brute(rows, item.from_, item.to))
        seen += item.figures.offered
    assert seen == whole.totals.offered
    for item in (await report(by="queue")).items:
        key = item.key["id"] if item.key else None
        same(item.figures, brute([r for r in rows if r["queue_id"] == key], item.from_, item.to))
    for item in (await report(by="channel", narrow={"queue": str(queues[0])})).items:
        mine = [r for r in rows if r["queue_id"] == queues[0] and r["channel"] == item.key["id"]]
        same(item.figures, brute(mine, item.from_, item.to))
    page = await report(by="queue", limit=3)
    assert (len(page.items), page.next) == (3, "3" if len((await report(by="queue")).items) > 3 else None)


@pytest.mark.postgres
async def test_offered_is_conserved_over_their_lives(connection: Any, workspace: Furnished) -> None:
    rows = await plant(
        connection, workspace, [await a_queue(connection, workspace)], seed=9, around=datetime(2026, 5, 4, tzinfo=UTC), hours=70, n=400
    )  # fmt: skip
    rows = [row for row in rows if counts(row)]
    await connection.execute("delete from interaction where workspace_id = $1 and not id = any($2)", workspace.id, [r["id"] for r in rows])  # fmt: skip
    context = workspace.supervisor.context
    found = await get_metrics(
        connection, context, narrowing(context), start="2026-05-01", end="2026-05-20", interval="1d", by="none", now=datetime(2026, 6, 1, tzinfo=UTC)
    )  # fmt: skip
    total = found.totals
    assert total.offered == len(rows) == total.answered + total.abandoned + total.flow_out
    for name in ("offered", "answered", "abandoned", "flow_out"):
        assert sum(getattr(item.figures, name) for item in found.items) == getattr(total, name)


@pytest.mark.postgres
async def test_nobody_is_singled_out(connection: Any, workspace: Furnished) -> None:
    day = datetime(2026, 5, 4, 8, tzinfo=UTC)
    await plant(connection, workspace, [await a_queue(connection, workspace)], seed=4, around=day, hours=5, n=50)
    small = await connection.fetchval(
        "insert into team(id, workspace_id, name) values (gen_random_uuid(), $1, 'Pochi') returning id", workspace.id
    )
    await connection.execute("insert into team_member(workspace_id, team_id, user_id) values ($1, $2, $3)", workspace.id, small, workspace.agent.id)  # fmt: skip
    times: dict[str, Any] = {"start": "2026-05-04", "end": "2026-05-05", "interval": "1d", "now": datetime.now(UTC)}
    boss = workspace.supervisor.context
    everything = msgspec.structs.replace(boss, permissions=boss.permissions | {"reports.individual"})

    async def report(context: Any, by: Any, **narrow: Any) -> Any:
        return await get_metrics(connection, context, narrowing(context, **narrow), by=by, **times)

    for context in (boss, everything):
        with pytest.raises(Forbidden) as refused:
            await report(context, "agent")
        assert refused.value.code == "individual-off"
        with pytest.raises(Forbidden):
            await report(context, "none", agent=str(workspace.agent.id))
        teams = await report(context, "team")
        assert {item.key["id"] for item in teams.items if item.key} == {workspace.team_id}
        assert teams.suppressed.groups == 1
        hidden = await report(context, "none", team=str(small))
        assert (hidden.items, hidden.totals.offered, hidden.suppressed.groups) == ([], 0, 1)
    await connection.execute("""update workspace set settings = '{"individual_figures": true}' where id = $1""", workspace.id)  # fmt: skip
    with pytest.raises(Forbidden):
        await report(boss, "agent")
    shown = await report(everything, "agent")
    assert {item.key["id"] for item in shown.items if item.key} == {workspace.agent.id, workspace.other.id}
    assert {item.key["id"] for item in (await report(everything, "team")).items if item.key} == {
        workspace.team_id,
        small,
    }


@pytest.mark.postgres
async def test_occupancy_is_of_the_time_that_people_worked(connection: Any, workspace: Furnished) -> None:
    begin = datetime(2026, 5, 4, 8, tzinfo=UTC)

    async def stretch(who: UUID, state: str, routing: str, start: int, end: int | None) -> None:
        at = [begin + timedelta(minutes=m) if m is not None else None for m in (start, end)]
        await connection.execute(
            "insert into presence_span(workspace_id, user_id, state, routing, routing_from, from_at, to_at) values ($1, $2, $3, $4, $5, $5, $6)",
            workspace.id, who, state, routing, *at,
        )  # fmt: skip

    await stretch(workspace.agent.id, "available", "idle", -30, 10)
    await stretch(workspace.agent.id, "available", "handling", 10, 25)
    await stretch(workspace.agent.id, "available", "wrap-up", 25, 30)
    await stretch(workspace.agent.id, "away", "idle", 30, 40)
    await stretch(workspace.other.id, "offline", "idle", -600, 20)
    await stretch(workspace.other.id, "available", "offered", 20, None)
    context = workspace.supervisor.context
    found = await get_metrics(
        connection, context, narrowing(context), start=begin.isoformat(), end=(begin + timedelta(minutes=45)).isoformat(), interval="15m", by="none",
        now=begin + timedelta(minutes=40),
    )  # fmt: skip
    seen = [(i.time.handling_s / 60, i.time.idle_s / 60, i.people) for i in found.items if i.time]
    assert seen == [(5, 10, 1), (15, 10, 2), (0, 10, 2)]
    last = found.items[2].time
    assert last is not None
    assert (last.utilisation.numerator, last.utilisation.denominator) == (0, 20 * 60)


def read_back(file: Path, content: bytes, items: list[dict[str, Any]]) -> None:
    """Another program reads the same rows, with their types and definitions."""
    file.write_bytes(content)
    with duckdb.connect() as reader:
        types = {name: kind for name, kind, *_ in reader.execute(f"describe select * from '{file}'").fetchall()}
        assert (types["from"], types["offered"], types["asa_s"], types["key_id"]) == ("TIMESTAMP WITH TIME ZONE", "BIGINT", "DOUBLE", "VARCHAR")  # fmt: skip
        names = ("key_name", "offered", "service_strict_numerator", "service_strict_denominator", "service_strict", "asa_s", "wait_s")  # fmt: skip
        rows = reader.execute(f"""select epoch_us("from"), {", ".join(names)} from '{file}'""").fetchall()
        (about,) = reader.execute(f"select decode(value) from parquet_kv_metadata('{file}') where decode(key) = 'battito.report'").fetchall()  # fmt: skip
    for item, row in zip(items, rows, strict=True):
        figures = item["figures"]
        strict = figures["service"]["strict"]
        began = datetime.fromisoformat(item["from"])
        assert row[0] == began.timestamp() * 1_000_000
        assert row[1:] == (item["key"] and item["key"]["name"], figures["offered"], strict["numerator"], strict["denominator"], strict["rate"], figures["asa_s"], figures["wait_s"])  # fmt: skip
    said = msgspec.json.decode(about[0])
    assert (said["interval"], said["by"], said["default_service_level"]) == ("1h", "queue", "service_strict")
    assert set(said["columns"]) == set(types)
    assert "short abandons" in said["columns"]["service_strict_denominator"]


@pytest.mark.postgres
async def test_the_doors(http: httpx.AsyncClient, connection: Any, workspace: Furnished, tmp_path: Path) -> None:
    await connection.execute("update queue set name = '=1+1' where id = $1", queue := await a_queue(connection, workspace))  # fmt: skip
    await plant(connection, workspace, [queue], seed=4, around=datetime(2026, 5, 4, 8, tzinfo=UTC), hours=5, n=50)
    boss = workspace.supervisor.headers
    ask = "/api/v1/metrics?from=2026-05-04&to=2026-05-06&interval=1h&by=queue"
    assert (await http.get(ask, headers=workspace.agent.headers)).status_code == 403
    body = (await http.get(ask, headers=boss)).json()
    sheet = await http.get(f"{ask}&format=csv&limit=1", headers=boss)
    assert sheet.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(sheet.text)))
    assert [int(r["offered"]) for r in rows] == [i["figures"]["offered"] for i in body["items"]]
    assert {r["key_name"] for r in rows} == {"'=1+1", ""}
    assert rows[0]["from"].endswith("+02:00")
    kept = await http.get(f"{ask}&format=parquet&limit=1", headers=boss)
    assert kept.headers["content-type"] == "application/vnd.apache.parquet"
    read_back(tmp_path / "report.parquet", kept.content, body["items"])
    for wrong, field in (("from=ieri", "from"), ("interval=2h", "interval"), ("by=x", "by"), ("format=pdf", "format"), ("after=x", "after")):  # fmt: skip
        answer = await http.get(f"/api/v1/metrics?to=2026-05-06&{'from=2026-05-04&' if field != 'from' else ''}{wrong}", headers=boss)  # fmt: skip
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text
    assert (await http.put("/api/v1/metrics/settings", headers=boss, json={"individual_figures": True})).status_code == 403  # fmt: skip
    admin = workspace.administrator.headers
    assert (await http.put("/api/v1/metrics/settings", headers=admin, json={"individual_figures": True})).status_code == 200  # fmt: skip
    assert (await http.get("/api/v1/metrics/settings", headers=boss)).json() == {"individual_figures": True}
    assert (await http.get("/api/v1/metrics?from=2026-05-04&to=2026-05-05&by=agent", headers=admin)).status_code == 200
    wish = {"queue_id": str(queue), "channel": "voice", "target_s": 3601, "share": 0.9, "short_s": 2}
    assert (await http.put("/api/v1/floor/targets", headers=workspace.agent.headers, json=wish)).status_code == 403
    for _ in range(2):
        assert (await http.put("/api/v1/floor/targets", headers=boss, json=wish)).status_code == 200
    assert (await http.get("/api/v1/floor/targets", headers=boss)).json()["items"] == [wish]
    after = (await http.get(f"{ask}&queue={queue}&channel=voice", headers=boss)).json()["totals"]["service"]
    assert (after["target_s"], after["share"]) == (3601, 0.9)

    async def no_span() -> bool:
        return bool(await connection.fetchval("select true from presence_span where workspace_id = $1 and state = 'busy' and to_at is null", workspace.id))  # fmt: skip

    await http.put("/api/v1/me/presence", headers=boss, json={"state": "busy"})
    await eventually(no_span, "presence is not kept")
