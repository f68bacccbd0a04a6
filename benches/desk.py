"""The desk: 10,000 conversations in the list and 200 updates a second in a real Chromium: frames a second, time to open the next.

What is measured. A real server (`battito serve`, PostgreSQL with fsync) holds 10,000 open conversations of one agent. Chromium
(headless, without a GPU, so the CPU paints too) signs in as that agent, scrolls until the list holds all of them, and comes back
to the top. Then, for 15 s, another process writes 200 times a second through the REST API: of three writes two are a customer-facing
message that moves its conversation's row, and one is a change of priority; each is committed and reaches the desk as an event on
the live socket. Meanwhile J is pressed every 0.7 s, as somebody who walks the list.

- `fps`: frames the page was given (`requestAnimationFrame`), divided by the seconds of the run.
- `interaction_ms`: p95, over the presses of J, of the time from the key event (its hardware time stamp) to the end of the frame
  in which the next conversation stands there: its row selected and its messages in the log.
- `key_ms`: the same as Event Timing tells it, from the key to the next paint (the browser rounds to 8 ms).
- `longest_task_ms`: the longest task of the page's main thread during the run, by the clock on the wall. `longest_task_cpu_ms`: the
  processor time of the longest one, from the browser's own trace: what the desk asked for, however long it had to wait for a processor.
- `idle_interaction_ms`: the yardstick for `interaction_ms`: the same, from a key to the end of the frame after it, in an empty page of the same
  browser while the same writes go on. What the desk adds is the difference.
- `main_thread_cpu`: share of one processor that the page's main thread took during the run (CPU time, so other work on the machine does
  not count); `script_cpu`, `layout_cpu` are the parts of it in scripts, and in styles and layout.
- `idle_fps`: the yardstick, taken right before the run and right after it, the lower of the two: the frames the same Chromium gives a page
  in which nothing happens. Where it is below 60, other work on the machine takes the processors, and `fps` cannot be more.
- `updates`: events a second that reached the page, so that a slow writer is not taken for a fast desk.
"""

import asyncio
import json
import os
import random
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
from playwright.async_api import BrowserContext, CDPSession, Page, async_playwright

from battito.accounts.sessions import COOKIE
from battito.kit.ids import uuid7
from battito.platform.database.migrations import migrate
from battito.platform.database.pool import prepare_connection
from battito.platform.database.supervisor import EmbeddedPostgres
from benches.support.report import percentile, report
from tests.support.browser import launch
from tests.support.server import serving
from tests.support.workspace import Furnished, furnish

ROOT = Path(__file__).resolve().parents[1]
DIST = Path(os.environ.get("BATTITO_WEB_ROOT") or Path(os.environ.get("BATTITO_DATA", ROOT / "data")) / "web" / "dist")
CONVERSATIONS = int(os.environ.get("BATTITO_BENCH_CONVERSATIONS", "10000"))
RATE = int(os.environ.get("BATTITO_BENCH_RATE", "200"))
SECONDS = float(os.environ.get("BATTITO_BENCH_SECONDS", "15"))
CONNECTIONS = 8
PRESS_EVERY_S = 0.7
NAMES = ("Teresa", "Paolo", "Giulia", "Sandro", "Miriam", "Lucia", "Andrea", "Elena", "Franco", "Marta")
SURNAMES = ("Colombo", "Gallo", "Ferri", "Sala", "Innocenti", "Ferrero", "Greco", "Riva", "Moretti", "Conti")

MEASURE = """() => {
  const run = (window.__run = { frames: 0, began: performance.now(), opened: [], tasks: [], keys: [], events: 0 })
  const frame = () => { run.frames++; requestAnimationFrame(frame) }
  requestAnimationFrame(frame)
  new PerformanceObserver((list) => list.getEntries().forEach((e) => run.tasks.push(e.duration))).observe({ type: 'longtask' })
  new PerformanceObserver((list) => list.getEntries().forEach((e) => { if (e.name === 'keydown') run.keys.push(e.duration) }))
    .observe({ type: 'event', durationThreshold: 16 })
  addEventListener('keydown', (event) => {
    if (event.key !== 'j') return
    const from = location.pathname
    const look = () => {
      const row = document.querySelector('[role=row][aria-selected=true] a')
      const log = document.querySelector('[role=log] article')
      const there = location.pathname !== from && row && row.getAttribute('href') === location.pathname && log
        && log.closest('[role=log]').dataset.of !== from
      if (!there) return requestAnimationFrame(look)
      log.closest('[role=log]').dataset.of = location.pathname
      const painted = new MessageChannel() // its message comes after the frame was painted
      painted.port1.onmessage = () => run.opened.push(performance.now() - event.timeStamp)
      painted.port2.postMessage(0)
    }
    requestAnimationFrame(look)
  }, true)
}"""

IDLE_KEYS = """() => { window.__late = []
  addEventListener('keydown', (event) => requestAnimationFrame(() => {
    const painted = new MessageChannel()
    painted.port1.onmessage = () => window.__late.push(performance.now() - event.timeStamp)
    painted.port2.postMessage(0)
  }))
}"""

COUNT_EVENTS = """(() => {
  const Real = WebSocket
  window.WebSocket = class extends Real {
    constructor(...given) {
      super(...given)
      this.addEventListener('message', (m) => {
        if (!window.__run) return
        const frame = JSON.parse(m.data)
        window.__run.events += frame.type === 'event' ? 1 : frame.type === 'events' ? frame.items.length : 0
      })
    }
  }
})()"""


async def prepare(url: str) -> tuple[Furnished, list[str]]:
    """A workspace whose agent owns all conversations, each with three messages."""
    await migrate(url)
    connection = await asyncpg.connect(url)
    await prepare_connection(connection)
    rng = random.Random(7)
    try:
        workspace = await furnish(connection)
        w, agent = workspace.id, workspace.agent
        now = await connection.fetchval("select now()")
        contacts, conversations, messages = [], [], []
        for n in range(CONVERSATIONS):
            name = f"{rng.choice(NAMES)} {rng.choice(SURNAMES)}"
            contact, conversation = uuid7(), uuid7()
            contacts.append((contact, w, name))
            text = f"Buongiorno, scrivo per la bolletta numero {10_000 + n}: l’importo mi sembra alto."
            conversations.append(
                (conversation, w, n + 1, workspace.brand_id, contact, "email", f"Bolletta {10_000 + n}", text, "open", "agent", agent.id, now, now, "customer", 3, 3)
            )  # fmt: skip
            for seq in range(1, 4):
                author = ("customer", contact, name) if seq != 2 else ("agent", agent.id, agent.name)
                messages.append((uuid7(), w, conversation, seq, *author, "email", text, "received", uuid.uuid4(), now))
        async with connection.transaction():
            await connection.copy_records_to_table("contact", records=contacts, columns=["id", "workspace_id", "name"])
            await connection.copy_records_to_table(
                "conversation", records=conversations,
                columns=["id", "workspace_id", "number", "brand_id", "contact_id", "channel", "subject", "preview", "status", "owner_kind",
                         "owner_id", "waiting_since", "last_message_at", "last_author_kind", "message_count", "seq"],
            )  # fmt: skip
            await connection.copy_records_to_table(
                "message", records=messages,
                columns=["id", "workspace_id", "conversation_id", "seq", "author_kind", "author_id", "author_name", "channel", "text",
                         "status", "client_id", "created_at"],
            )  # fmt: skip
        await connection.execute("analyze")
        return workspace, [str(row[0]) for row in conversations]
    finally:
        await connection.close()


async def write(orders: dict[str, Any]) -> None:
    """The other process: `RATE` writes a second over keep-alive connections, until it is ended."""
    where = urlsplit(orders["url"])
    rng = random.Random(11)
    begin = time.perf_counter()

    async def one(number: int) -> None:
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        turn = number
        while True:
            await asyncio.sleep(max(0.0, begin + turn / RATE - time.perf_counter()))
            conversation = rng.choice(orders["conversations"])
            if turn % 3:
                line = f"POST /api/v1/conversations/{conversation}/messages"
                body = json.dumps(
                    {"client_id": str(uuid.uuid4()), "text": f"Ho guardato: le rispondo entro oggi ({turn})."}
                )
            else:
                line = f"PATCH /api/v1/conversations/{conversation}"
                body = json.dumps({"priority": rng.choice(["low", "normal", "high", "urgent"])})
            data = body.encode()
            writer.write(
                f"{line} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {orders['token']}\r\ncontent-type: application/json\r\n"
                f"content-length: {len(data)}\r\n\r\n".encode()
                + data
            )
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")):
                raise RuntimeError(head.decode())
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            await reader.readexactly(length)
            turn += CONNECTIONS

    await asyncio.gather(*(one(number) for number in range(CONNECTIONS)))


async def load_list(page: Page) -> int:
    """Scroll until every conversation is in the list, then back to the top; rows in the list, headings counted."""
    grid = page.get_by_role("grid", name="Conversazioni")
    await grid.get_by_role("row").first.wait_for()
    deadline = time.perf_counter() + 180
    while (count := int(await grid.get_attribute("aria-rowcount") or -1)) < CONVERSATIONS:
        if time.perf_counter() > deadline:
            raise TimeoutError(f"the list holds {count} rows")
        await grid.evaluate("e => { e.scrollTop = e.scrollHeight }")
        await page.wait_for_timeout(60)
    await grid.evaluate("e => { e.scrollTop = 0 }")
    return count


async def idle_fps(context: BrowserContext) -> float:
    """Frames a second of an empty page, over 3 s."""
    page = await context.new_page()
    frames: float = await page.evaluate(
        """new Promise((done) => { let n = 0; const began = performance.now()
        const frame = () => { n++; performance.now() - began < 3000 ? requestAnimationFrame(frame) : done(n / 3) }
        requestAnimationFrame(frame) })"""
    )
    await page.close()
    return frames


async def idle_interaction(context: BrowserContext) -> list[float]:
    """From a key to the end of the next frame in an empty page, ms, twenty times."""
    page = await context.new_page()
    await page.evaluate(IDLE_KEYS)
    for _ in range(20):
        await page.keyboard.press("j")
        await asyncio.sleep(PRESS_EVERY_S / 3)
    late: list[float] = await page.evaluate("window.__late")
    await page.close()
    return late


class TaskTrace:
    """The browser's own record of how much processor time each task of a page's main thread took."""

    def __init__(self, cdp: CDPSession) -> None:
        """`cdp` is a session with the page."""
        self._cdp = cdp
        self._events: list[dict[str, Any]] = []
        self._complete = asyncio.Event()
        cdp.on("Tracing.dataCollected", lambda data: self._events.extend(data["value"]))
        cdp.on("Tracing.tracingComplete", lambda _: self._complete.set())

    async def begin(self) -> None:
        """Record from now on."""
        config = {"includedCategories": ["toplevel"], "excludedCategories": ["*"]}
        await self._cdp.send("Tracing.start", {"traceConfig": config, "transferMode": "ReportEvents"})

    async def longest_ms(self) -> float:
        """Stop; the processor time of the longest task, ms."""
        await self._cdp.send("Tracing.end")
        await asyncio.wait_for(self._complete.wait(), 60)
        main = {e["tid"] for e in self._events if e["name"] == "thread_name" and e["args"]["name"] == "CrRendererMain"}
        return max((e["tdur"] for e in self._events if e["tid"] in main and "tdur" in e), default=0) / 1000


async def cpu(cdp: CDPSession) -> dict[str, float]:
    """CPU seconds of the page's main thread so far: all, in scripts, in styles and layout."""
    metrics = {m["name"]: m["value"] for m in (await cdp.send("Performance.getMetrics"))["metrics"]}
    layout = metrics["LayoutDuration"] + metrics["RecalcStyleDuration"]
    return {"main_thread_cpu": metrics["TaskDuration"], "script_cpu": metrics["ScriptDuration"], "layout_cpu": layout}


async def measure(url: str, workspace: Furnished, conversations: list[str]) -> dict[str, Any]:
    """One run in a browser."""
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        context = await browser.new_context(locale="it-IT", viewport={"width": 1440, "height": 900})
        await context.add_cookies([{"name": COOKIE, "value": workspace.agent.token, "url": url}])
        await context.add_init_script(COUNT_EVENTS)
        idle = await idle_fps(context)
        page = await context.new_page()
        cdp = await context.new_cdp_session(page)
        await cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
        await page.goto(url)
        await page.get_by_text("In tempo reale").first.wait_for(state="attached")
        rows = await load_list(page)
        await page.keyboard.press("j")  # the parts of an open conversation are loaded
        await page.get_by_role("log").get_by_role("article").first.wait_for()
        orders = {"url": url, "token": workspace.agent.token, "conversations": conversations}
        writer = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "benches.desk",
            stdin=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=ROOT,
        )
        assert writer.stdin is not None
        assert writer.stderr is not None
        writer.stdin.write(json.dumps(orders).encode())
        writer.stdin.close()
        await asyncio.sleep(2.5)
        await page.evaluate(MEASURE)
        trace = TaskTrace(cdp)
        await trace.begin()
        before = await cpu(cdp)
        end = time.perf_counter() + SECONDS
        pressed = 0
        while time.perf_counter() < end:
            await page.keyboard.press("j")
            pressed += 1
            await asyncio.sleep(PRESS_EVERY_S)
        found: dict[str, Any] = await page.evaluate(
            "() => ({ ...window.__run, took: performance.now() - window.__run.began })"
        )
        after = await cpu(cdp)
        longest_cpu_ms = await trace.longest_ms()
        await page.close()
        idle_keys = await idle_interaction(context)
        if writer.returncode is not None:
            raise RuntimeError((await writer.stderr.read()).decode()[-2000:])
        writer.kill()
        await writer.wait()
        idle = min(idle, await idle_fps(context))
        await browser.close()
    seconds = found["took"] / 1000
    return {
        "fps": round(found["frames"] / seconds, 1),
        "interaction_ms": round(percentile(found["opened"], 0.95), 1),
        "interaction_p50_ms": round(percentile(found["opened"], 0.5), 1),
        "key_ms": percentile(found["keys"], 0.95) if found["keys"] else 16,
        "idle_interaction_ms": round(percentile(idle_keys, 0.95), 1),
        "longest_task_ms": round(max(found["tasks"], default=0)),
        "longest_task_cpu_ms": round(longest_cpu_ms, 1),
        **{name: round((after[name] - before[name]) / seconds, 3) for name in after},
        "idle_fps": round(idle, 1),
        "updates": round(found["events"] / seconds),
        "rows": rows,
        "presses": pressed,
        "opened": len(found["opened"]),
    }


def main() -> int:
    """Run it and print the figures."""
    if not (DIST / "index.html").is_file():
        print(f"There is no built front end in {DIST}: ./battito setup", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory(prefix="battito-bench-") as folder:
        root = Path(folder)
        database = EmbeddedPostgres(root / "data")
        url = database.start()
        try:
            workspace, conversations = asyncio.run(prepare(url))
            with serving(url, root / "served", web_root=str(DIST.resolve()), rate_limit="0") as process:
                result = asyncio.run(measure(process.url, workspace, conversations))
        finally:
            database.stop()
    report(
        f"The desk, {CONVERSATIONS:,} conversations in the list, {RATE} updates/s for {SECONDS:.0f} s",
        [
            ("frames", f"{result['fps']} a second"),
            ("J -> next conversation stands there", f"p50 {result['interaction_p50_ms']} ms, p95 {result['interaction_ms']} ms ({result['opened']} of {result['presses']})"),
            ("J -> next paint (Event Timing)", f"p95 {result['key_ms']} ms"),
            ("main thread's CPU", f"{result['main_thread_cpu']:.0%} of a processor (scripts {result['script_cpu']:.0%}, layout {result['layout_cpu']:.0%})"),
            ("yardstick: an empty page", f"{result['idle_fps']} frames a second, key -> frame p95 {result['idle_interaction_ms']} ms"),
            ("longest task", f"{result['longest_task_ms']} ms, {result['longest_task_cpu_ms']} ms of it on a processor"),
            ("events that reached the page", f"{result['updates']} a second"),
        ],
        result,
    )  # fmt: skip
    return 0


if __name__ == "__main__":
    asyncio.run(write(json.load(sys.stdin)))
