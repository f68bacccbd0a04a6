"""What is kept of counted work: reports say the same with it as without, whatever happens to what was counted."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from battito.insights.actions.settings import set_target
from battito.insights.intervals import Length
from battito.insights.models import Metrics, TargetWish
from battito.insights.narrow import narrowing
from battito.insights.queries.floor import get_floor
from battito.insights.queries.metrics import By, get_metrics
from battito.insights.rolling import keep_counting
from battito.kit.ids import uuid7
from battito.platform.database import Database
from battito.platform.services import Services
from tests.conversations.doing import do
from tests.insights.doing import a_day, noon_now, told
from tests.insights.test_floor import recount
from tests.insights.test_metrics import brute, plant, same
from tests.routing.doing import a_queue, only
from tests.support.workspace import Furnished

pytestmark = pytest.mark.postgres


async def count_all(database: Database, workspace: Furnished, now: datetime | None = None) -> int:
    """What the job does, until nothing is left; how many pieces that were."""
    pieces = 0
    while True:
        async with database.transaction(workspace.system) as tx:
            if not await keep_counting(tx, now or datetime.now(UTC)):
                return pieces
        pieces += 1


async def without(connection: Any, workspace: Furnished, ask: Any) -> Any:
    """The same question, answered without what is kept."""
    transaction = connection.transaction()
    await transaction.start()
    try:
        await connection.execute("update interaction set rolled = null where workspace_id = $1", workspace.id)
        for table in ("metric_roll", "time_roll", "metric_state"):
            await connection.execute(f"delete from {table} where workspace_id = $1", workspace.id)
        return await ask()
    finally:
        await transaction.rollback()


OFFERED = "select (count(*), sum(offered))::text from metric_roll where workspace_id = $1"


async def kept_rows(connection: Any, workspace: Furnished) -> int:
    return int(await connection.fetchval("select count(*) from metric_roll where workspace_id = $1", workspace.id))


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
async def test_reports_say_the_same_with_what_is_kept(
    database: Database, connection: Any, workspace: Furnished, day: date
) -> None:
    queues = [await a_queue(connection, workspace, teams=[workspace.team_id]) for _ in range(2)]
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=30)
    rows = await plant(connection, workspace, queues, seed=day.day, around=begin, hours=80, n=500)
    await connection.executemany(
        "insert into presence_span(workspace_id, user_id, state, routing, routing_from, from_at, to_at) values ($1, $2, $3, $4, $5, $5, $6)",
        [
            (workspace.id, who.id, "away" if n % 5 == 4 else "available", "handling" if n % 2 else "idle", begin + n * timedelta(minutes=50 + m), begin + n * timedelta(minutes=50 + m) + timedelta(minutes=[50, 49, 60 * 70][m if n == 60 else 0]) if (n, m) != (70, 0) else None)
            for m, who in enumerate((workspace.agent, workspace.other))
            for n in range(71)
        ],
    )  # fmt: skip
    await connection.execute("""update workspace set settings = '{"individual_figures": true}' where id = $1""", workspace.id)  # fmt: skip
    boss = workspace.administrator.context
    now = datetime(2026, 12, 1, tzinfo=UTC)

    async def all_reports() -> list[Metrics]:
        found = []
        for by, interval, more in (
            ("none", "15m", {}), ("none", "1h", {}), ("none", "1d", {}), ("none", "1w", {}), ("queue", "1h", {}), ("queue", "1d", {"channel": "voice"}),
            ("channel", "1d", {"queue": str(queues[0])}), ("team", "1d", {}), ("team", "1h", {}), ("agent", "1d", {}), ("none", "1d", {"team": str(workspace.team_id)}),
            ("agent", "1w", {"agent": str(workspace.agent.id)}), ("none", "1d", {"brand": str(workspace.brand_id)}), ("none", "15m", {"brand": str(uuid7())}),
        ):  # fmt: skip
            for start, end in (
                (day, day + timedelta(days=1)),
                (day - timedelta(days=1), day + timedelta(days=2)),
                (f"{day}T03:10:00Z", f"{day}T15:00:00Z"),
            ):
                asked = narrowing(boss, **more)
                which: tuple[By, Length] = (by, interval)  # type: ignore[assignment]
                found.append(
                    await get_metrics(connection, boss, asked, start=str(start), end=str(end), interval=which[1], by=which[0], now=now)
                )  # fmt: skip
        return found

    before = await all_reports()
    assert await count_all(database, workspace, now) > 3
    assert await connection.fetchval("select count(*) from interaction where workspace_id = $1 and rolled is null and state = 'ended'", workspace.id) == 0  # fmt: skip
    assert await connection.fetchval("select count(*) from time_roll where workspace_id = $1", workspace.id) > 100
    for n, (was, now_is) in enumerate(zip(before, await all_reports(), strict=True)):
        assert len(was.items) == len(now_is.items), n
        for one, other in zip(was.items, now_is.items, strict=True):
            assert (one.from_, one.to, one.key, one.people) == (other.from_, other.to, other.key, other.people), n
            assert one.figures.offered == other.figures.offered
            if one.time is not None and other.time is not None:
                assert (one.time.handling_s, one.time.idle_s) == pytest.approx((other.time.handling_s, other.time.idle_s)), n  # fmt: skip
    whole = (await all_reports())[0]
    same(whole.totals, brute(rows, whole.from_, whole.to))
    kept = await connection.fetchval(OFFERED, workspace.id)
    await count_all(
        database, workspace, now
    )  # people's days may be counted anew: their presence is heard a little later
    assert await connection.fetchval(OFFERED, workspace.id) == kept  # nothing is counted twice


async def test_what_changes_afterwards_is_counted_again(
    database: Database, connection: Any, workspace: Furnished
) -> None:
    queue = await a_queue(connection, workspace)
    day = datetime(2026, 5, 4, 6, tzinfo=UTC)
    rows = await plant(connection, workspace, [queue], seed=8, around=day, hours=8, n=120)
    context = workspace.supervisor.context
    now = datetime(2026, 6, 1, tzinfo=UTC)

    async def report(by: By = "none", **narrow: Any) -> Metrics:
        return await get_metrics(
            connection, context, narrowing(context, **narrow), start="2026-05-04", end="2026-05-05", interval="1d", by=by, now=now
        )  # fmt: skip

    def changed() -> Any:
        return connection.fetchval("select count(*) from metric_dirty where workspace_id = $1", workspace.id)

    await count_all(database, workspace, now)
    assert await changed() == 0
    before = await report()

    # another target: at once, and the same when it was counted again
    wish = TargetWish(channel="voice", target_s=5.5, share=0.9)
    async with database.transaction(context) as tx:
        await set_target(tx, wish)
    assert await changed() > 0
    at_once = await report()
    assert at_once.totals.service.strict.numerator < before.totals.service.strict.numerator
    await count_all(database, workspace, now)
    assert await changed() == 0
    assert (await report()).totals == at_once.totals == await _totals(without(connection, workspace, report))

    # another brand, for what somebody is limited to
    brand = await connection.fetchval("insert into brand(id, workspace_id, name) values (gen_random_uuid(), $1, 'Altra') returning id", workspace.id)  # fmt: skip
    await connection.execute("update conversation set brand_id = $2 where id = $1", rows[0]["conversation_id"], brand)
    for _ in range(2):
        assert (await report(brand=str(workspace.brand_id))).totals.offered == 0
        assert (await report(brand=str(brand))).totals.offered == before.totals.offered
        await count_all(database, workspace, now)
        assert await changed() == 0

    # gone, and told otherwise
    gone, other = [row for row in rows if row["outcome"] == "abandoned" and row["via"] == "queue"][:2]
    await connection.execute("delete from interaction where id = $1", gone["id"])
    await connection.execute("update interaction set outcome = 'flow-out' where id = $1", other["id"])
    for _ in range(2):
        after = (await report()).totals
        assert (after.abandoned, after.flow_out) == (before.totals.abandoned - 2, before.totals.flow_out + 1)
        await count_all(database, workspace, now)
    # days that begin at other midnights
    await connection.execute("update workspace set timezone = 'Asia/Kathmandu' where id = $1", workspace.id)
    for _ in range(2):
        assert await _totals(report("team")) == await _totals(without(connection, workspace, lambda: report("team")))
        await count_all(database, workspace, now)
        assert await changed() == 0
    # what nobody was there for is said of the node that is late: it is counted again
    assert await kept_rows(connection, workspace) > 20


async def _totals(asked: Any) -> Any:
    return (await asked).totals


async def test_what_is_kept_agrees_with_the_events(
    services: Services, database: Database, connection: Any, workspace: Furnished
) -> None:
    """A random day, counted while it goes on: the floor and the reports agree with what the events told."""
    await noon_now(connection, workspace)
    await only(connection, workspace, agent=60, other=30)
    queues = [
        await a_queue(connection, workspace, offers=True, offer_s=600, wrap_up_s=600, refused_s=1, preferred_s=0),
        await a_queue(connection, workspace, wrap_up_s=0, preferred_s=0),
    ]
    context = workspace.supervisor.context
    for seed in (4, 5, 6):
        await a_day(services, connection, workspace, queues, seed=seed, steps=50)
        await count_all(database, workspace)
    assert await kept_rows(connection, workspace) > 4
    expected = recount(await told(connection, workspace), datetime.now(UTC))
    assert expected["handled"] > 1
    floor = await get_floor(connection, context, narrowing(context), datetime.now(UTC))
    day = floor.day_start.isoformat()
    tomorrow = (floor.day_start + timedelta(days=1)).isoformat()
    for by in ("none", "queue", "team"):
        which: By = by
        found = await get_metrics(
            connection, context, narrowing(context), start=day, end=tomorrow, interval="1d", by=which, now=datetime.now(UTC)
        )  # fmt: skip
        for name in ("offered", "answered", "abandoned", "flow_out", "handled", "continued"):
            assert getattr(found.totals, name) == getattr(floor.totals.today, name) == expected[name], (by, name)
        strict = found.totals.service.strict
        assert (strict.numerator, strict.denominator) == (expected["within"], expected["offered"] - expected["short"])
    await do(services, context, lambda tx: set_target(tx, TargetWish(target_s=1)))
    floor = await get_floor(connection, context, narrowing(context), datetime.now(UTC))
    ids: list[UUID] = await connection.fetchval("select array_agg(id) from interaction where workspace_id = $1", workspace.id)  # fmt: skip
    quick = await connection.fetchval("select count(*) from interaction where id = any($1) and answered_at - entered_at <= interval '1 second' and (via = 'queue' or (via = 'taken' and answered_at > entered_at))", ids)  # fmt: skip
    assert floor.totals.today.service.strict.numerator == quick
