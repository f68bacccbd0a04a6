"""Search: a million messages of a busy workspace, searched as people search, on the product's own query path.

Frequent words, rare ones, words being typed, phrases, filters, misspelt names, numbers. Messages are put together in SQL
from sentences of customers and agents, with a long tail of rare words, so that the index has the shape of a real one.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from battito.conversations.search.find import search
from battito.conversations.search.index import BUCKET
from battito.conversations.search.words import ask
from battito.platform.database.migrations import migrate
from battito.platform.database.pool import prepare_connection
from battito.platform.database.supervisor import EmbeddedPostgres
from benches.support.report import percentile, report
from tests.support.workspace import Furnished, furnish

MESSAGES = int(os.environ.get("BATTITO_BENCH_MESSAGES", "1000000"))
PER_CONVERSATION = 7
CONTACTS = MESSAGES // 12
ROUNDS = 12
ROME = ZoneInfo("Europe/Rome")


def sentences(text: str, between: str = "|") -> list[str]:
    """A list written as one text."""
    return [" ".join(part.split()) for part in text.split(between)]


OPENINGS = sentences(
    """Buongiorno, | Salve, | Buonasera, | Gentile assistenza, | Ciao, | Hello, | Buongiorno Teresa, | Grazie per la risposta. | Scusate il disturbo, | Good morning,"""
)
MATTERS = sentences("""ho ricevuto la bolletta di novembre ed è molto più alta del solito | la bolletta non è ancora arrivata, potete rimandarmela
| vorrei fare la voltura del contratto intestato a mio padre | il contatore segna una lettura diversa da quella in fattura
| devo comunicare l'autolettura del gas entro venerdì | il tecnico non si è presentato all'appuntamento di ieri mattina
| vorrei cambiare l'intestatario della fornitura | chiedo il rimborso della fattura pagata due volte
| ho traslocato e vorrei attivare una nuova utenza | internet non funziona da questa mattina, il modem lampeggia rosso
| vorrei passare alla domiciliazione bancaria | ho cambiato indirizzo e la corrispondenza arriva ancora al vecchio
| non riesco ad accedere all'area clienti con la mia password | l'offerta che mi avete proposto al telefono non corrisponde
| desidero disdire il contratto alla scadenza | la potenza del contatore non basta, salta sempre la corrente
| ho bisogno della copia della fattura per il commercialista | il pagamento risulta insoluto ma ho la ricevuta
| vorrei rateizzare l'importo della bolletta | segnalo un guasto nella mia zona, siamo senza luce da ore
| my invoice shows an amount that I do not understand | I would like to change my delivery address
| the technician never came to the appointment | could you please send me the contract by email
| il reclamo che ho aperto il mese scorso è ancora senza risposta | il lettore delle card non accetta il bancomat
| vorrei sapere quando arriva il mio ordine | il pacco risulta consegnato ma non ho ricevuto nulla
| la caldaia perde acqua e fa un rumore strano | ho smarrito la tessera e vorrei bloccarla
| confermo l'appuntamento di giovedì con il tecnico | abbiamo verificato e la lettura è corretta
| le abbiamo inviato il modulo da firmare | la pratica è stata inoltrata all'ufficio competente""")
DETAILS = sentences(
    """Il codice cliente è | Il numero della fattura è | POD | Pratica numero | Il mio codice fiscale finisce per | Riferimento | Ordine | Contratto numero"""
)
CLOSINGS = sentences("""Resto in attesa di un vostro riscontro. | Grazie mille e buona giornata. | Cordiali saluti. | Attendo una risposta urgente. | Potete richiamarmi nel pomeriggio?
| Kind regards. | Grazie. | Distinti saluti | È la terza volta che scrivo. | Rimango a disposizione per chiarimenti.""")
FIRST = sentences(
    "Teresa Marco Giulia Luca Francesca Alessandro Chiara Andrea Sara Matteo Anna Giuseppe Maria Giovanni Elena Antonio Paola Roberto Silvia Stefano Laura Davide Martina Simone Federica Niccolò Valentina Riccardo Beatrice Tommaso Ludovica Emanuele Cristina Daniele Ilaria Pietro Sofia Lorenzo Alice Filippo",
    " ",
)
LAST = sentences(
    "Colombo Rossi Russo Ferrari Esposito Bianchi Romano Ricci Marino Greco Bruno Gallo Conti DeLuca Costa Giordano Mancini Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone Longo Gentile Martinelli Vitale Lombardo Serra Coppola DeSantis D'Angelo Marchetti Parisi Villa Conte Ferraro Ferri Fabbri Bianco Marini Grasso Valentini Messina Sala DeAngelis Gatti Pellegrini Palumbo Sanna Farina Rizzi Monti Cattaneo Morelli Amato Silvestri Mazza Testa Grassi Pellegrino Carbone Giuliani Benedetti Barone Rossetti Caputo Montanari Guerra Palmieri Bernardi Martino Fiore DeRosa Ferretti Bellini Basile Riva Donati Piras Vitali Battaglia Sartori Neri Costantini Milani Pagano Ruggiero Sorrentino D'Amico Orlando Damico Negri",
    " ",
)
SYLLABLES = sentences(
    "ba be bi bo ca co cu da de di do fa fe fi fo ga go la le li lo lu ma me mi mo na ne ni no pa pe pi po ra re ri ro sa se si so ta te ti to va ve vi vo za zo",
    " ",
)

FILL_MESSAGES = """
insert into message(id, workspace_id, conversation_id, seq, kind, author_kind, author_name, channel, text, attachments, status, client_id, created_at)
select (lpad(to_hex((extract(epoch from x.at) * 1000)::bigint), 12, '0') || '7' || substr(x.r, 1, 3) || '8' || substr(x.r, 4, 3) || substr(x.r, 7, 12))::uuid,
  $1, x.conversation, x.seq, x.kind, x.author, case x.author when 'customer' then x.name else 'Agente Prova' end, x.channel, x.text, x.attachments, 'received', gen_random_uuid(), x.at
from (
  select n, md5(n::text) as r, c.id as conversation, 1 + n %% {per} as seq, case when n %% 23 = 0 then 'note' else 'message' end as kind,
    case when n %% 2 = 0 then 'customer' else 'agent' end as author, p.name, c.channel,
    ($2::text[])[1 + (random() * (cardinality($2) - 1))::int] || ' ' || ($3::text[])[1 + (random() * (cardinality($3) - 1))::int] || '. '
      || ($4::text[])[1 + (random() * (cardinality($4) - 1))::int] || ' ' || upper(substr(md5(n::text), 1, 8)) || '. '
      || ($6::text[])[1 + (power(random(), 4) * (cardinality($6) - 1))::int] || ' ' || ($6::text[])[1 + (power(random(), 4) * (cardinality($6) - 1))::int] || ' '
      || case when n %% 3 = 0 then ($3::text[])[1 + (random() * (cardinality($3) - 1))::int] || '. ' else '' end
      || ($5::text[])[1 + (random() * (cardinality($5) - 1))::int] as text,
    case when n %% 11 = 0 then '[{{"id": "01a200c4-351c-72c2-b835-badfa342b86d", "name": "bolletta.pdf", "content_type": "application/pdf", "size": 1}}]'::jsonb else '[]' end as attachments,
    c.created_at + (n %% {per}) * interval '50 minutes' as at
  from generate_series($7::bigint, $8::bigint) n
  join conversation c on c.number = 1 + n / {per} and c.workspace_id = $1 join contact p on p.id = c.contact_id
) x
""".replace("%%", "%").format(per=PER_CONVERSATION)


# What one would write first: rank everything that matches, show the best.
TEXTBOOK = """
select id from search_document d, search_word($2, false) q where d.workspace_id = $1 and d.words @@ q order by ts_rank(d.words, q) desc limit 20
"""


def rare_words(count: int) -> list[str]:
    """Invented words, for the long tail."""
    dice = random.Random(7)
    return ["".join(dice.choices(SYLLABLES, k=dice.choice((2, 3, 3, 4, 5)))) for _ in range(count)]


async def connect(url: str) -> Any:
    """A plain connection as the pool makes them."""
    connection = await asyncpg.connect(
        url, server_settings={"jit": "off", "synchronous_commit": "off", "maintenance_work_mem": "512MB"}
    )
    await prepare_connection(connection)
    return connection


async def fill(url: str) -> Furnished:
    """A workspace with contacts, conversations and messages over eighteen months, and its search index."""
    await migrate(url)
    connection = await connect(url)
    workspace = await furnish(connection)
    await connection.execute("select setseed(0.42)")
    names = [f"{a} {b}" for a in FIRST for b in LAST]
    await connection.execute(
        "insert into contact(id, workspace_id, name) select gen_random_uuid(), $1, ($2::text[])[1 + (random() * (cardinality($2) - 1))::int] from generate_series(1, $3::int)",
        workspace.id, names, CONTACTS,
    )  # fmt: skip
    await connection.execute(
        "create temporary table numbered as select id, row_number() over () as place from contact where workspace_id = $1".replace(
            "$1", f"'{workspace.id}'"
        )
    )
    await connection.execute("create index on numbered(place)")
    await connection.execute("analyze numbered")
    conversations = MESSAGES // PER_CONVERSATION + 1
    await connection.execute(
        "insert into conversation(id, workspace_id, number, brand_id, contact_id, channel, status, subject, created_at, labels, resolved_at)"
        " select gen_random_uuid(), $1, n, $2, p.id, (array['email', 'webchat', 'email', 'whatsapp'])[1 + n % 4], case when n < $3 - 5000 then 'resolved' else 'open' end,"
        "   'Richiesta ' || n, now() - (1 - n::float8 / $3) * interval '540 days', case when n % 50 = 0 then array[$4::uuid] else '{}' end, case when n < $3 - 5000 then now() end"
        " from generate_series(1, $3::int) n join numbered p on p.place = 1 + n % $5::int",
        workspace.id, workspace.brand_id, conversations, workspace.id, CONTACTS,
    )  # fmt: skip
    await connection.execute("insert into label(id, workspace_id, name) values ($1, $1, 'Reclamo')", workspace.id)
    await connection.execute("analyze conversation; analyze contact")
    await connection.execute("alter table message drop constraint message_conversation_id_fkey")
    tail = rare_words(40_000)

    async def messages(first: int, last: int) -> None:
        mine = await connect(url)
        step = 50_000
        for start in range(first, last, step):
            await mine.execute(
                FILL_MESSAGES,
                workspace.id,
                OPENINGS,
                MATTERS,
                DETAILS,
                CLOSINGS,
                tail,
                start,
                min(start + step, last) - 1,
                timeout=600,
            )
        await mine.close()

    await asyncio.gather(messages(0, MESSAGES // 2), messages(MESSAGES // 2, MESSAGES))
    print(f"  {MESSAGES:,} messages", flush=True)
    await index(url, connection, workspace.id)
    await connection.execute(
        "insert into search_contact(contact_id, workspace_id, name, words, at) select id, workspace_id, lower(unaccent(name)), lower(unaccent(name)), created_at from contact"
    )
    await connection.execute("vacuum analyze")
    await connection.close()
    return workspace


async def index(url: str, connection: Any, workspace: UUID) -> None:
    """The index as the product has it; buckets are filled side by side, and each one's own indexes are made when it is full."""
    rows = await connection.fetch(
        "select id from message where workspace_id = $1 order by created_at", workspace, timeout=600
    )
    ids = [row["id"] for row in rows]
    pieces = [ids[start : start + BUCKET] for start in range(0, len(ids), BUCKET)]
    brand = await connection.fetchval("select id from brand where workspace_id = $1", workspace)
    await connection.execute("drop table search_document_0; delete from search_bucket")

    async def some(first: int) -> None:
        mine = await connect(url)
        for bucket in range(first, len(pieces), 2):
            table = f"search_document_{bucket}"
            await mine.execute(f"create table {table} (like search_document including defaults including constraints)")
            await mine.execute(
                f"insert into {table}(bucket, id, workspace_id, conversation_id, kind, at, words)"
                " select $3, m.id, m.workspace_id, m.conversation_id, m.kind, m.created_at, search_vector(m.text, '')"
                "  || search_marks(m.kind, m.channel, m.author_kind, lower(unaccent(m.author_name)), $4, m.attachments <> '[]')"
                " from message m where m.workspace_id = $1 and m.id = any($2::uuid[]) order by m.created_at",
                workspace, pieces[bucket], bucket, brand, timeout=600,
            )  # fmt: skip
            await mine.execute(
                f"create index on {table} using gin (workspace_id, words) with (fastupdate = off)", timeout=600
            )
            await mine.execute(f"create index on {table}(conversation_id)")
            await mine.execute(f"alter table {table} add primary key (id, bucket)")
            await mine.execute(
                f"insert into search_bucket(bucket, documents, oldest, newest) select $1, count(*), min(at), max(at) from {table}",
                bucket,
            )
        await mine.close()

    await asyncio.gather(some(0), some(1))
    for bucket in range(len(pieces)):
        await connection.execute(
            f"alter table search_document attach partition search_document_{bucket} for values in ({bucket})"
        )
    print(f"  {len(pieces)} buckets", flush=True)


def questions(dice: random.Random, tail: list[str]) -> dict[str, Callable[[], str]]:
    """Kinds of searches, each making another one every time."""

    def name() -> str:
        return f"{dice.choice(FIRST)} {dice.choice(LAST)}".lower()

    def misspelt() -> str:
        word = name()
        at = dice.randrange(1, len(word) - 1)
        return word[:at] + dice.choice("aeiost") + word[at + 1 :]

    common = sentences(
        "bolletta contratto fattura tecnico appuntamento contatore lettura gas rimborso pagamento risposta grazie invoice",
        " ",
    )

    return {
        "frequent word": lambda: dice.choice(common) + " ",
        "two frequent words": lambda: f"{dice.choice(common)} {dice.choice(common)} ",
        "rare word": lambda: tail[int(dice.random() ** 4 * len(tail))] + " ",
        "frequent and rare": lambda: f"{dice.choice(common)} {tail[int(dice.random() ** 2 * len(tail))]} ",
        "never together": lambda: "modem voltura caldaia ",
        "typing": lambda: (w := dice.choice(common))[: dice.randrange(2, len(w))],
        "typing a rare one": lambda: (w := dice.choice(tail))[: max(2, len(w) - 2)],
        "phrase": lambda: dice.choice(['"copia della fattura"', '"senza luce da ore"', '"numero della fattura"', '"bolletta di novembre"']),
        "code": lambda: "".join(dice.choices("0123456789ABCDEF", k=8)) + " ",
        "name": name,
        "misspelt name": misspelt,
        "filters": lambda: f"{dice.choice(common)} " + dice.choice(["canale:email", "stato:aperta", "has:attachment", "etichetta:reclamo", "da:cliente", "after:2025-06-01", "in:notes"]),
        "word and name": lambda: f"da:{dice.choice(FIRST).lower()} {dice.choice(common)}",
        "excluded": lambda: f"{dice.choice(common)} -{dice.choice(common)} ",
    }  # fmt: skip


async def measure(url: str, workspace: Furnished) -> tuple[dict[str, list[float]], dict[str, list[int]], list[float]]:
    """Milliseconds and hits of each search by kind, and milliseconds of the yardstick.

    Each question is asked three times in a row and the quickest counts: the machine may have other work to do.
    """
    dice = random.Random(3)
    connection = await connect(url)
    kinds = questions(dice, rare_words(40_000))
    took: dict[str, list[float]] = {kind: [] for kind in kinds}
    hits: dict[str, list[int]] = {kind: [] for kind in kinds}
    textbook: list[float] = []
    for turn in range(ROUNDS + 2):
        for kind, make in kinds.items():
            text = make()
            asked = ask(text, zone=ROME)
            quickest = float("inf")
            for _ in range(3):
                started = time.perf_counter()
                found = await search(connection, workspace.agent.context, asked)
                quickest = min(quickest, (time.perf_counter() - started) * 1000)
            if turn < 2:  # plans and caches get warm, as on a server at work
                continue
            took[kind].append(quickest)
            hits[kind].append(len(found.items))
            if kind == "frequent word":
                started = time.perf_counter()
                await connection.fetch(TEXTBOOK, workspace.id, text)
                textbook.append((time.perf_counter() - started) * 1000)
    await connection.close()
    return took, hits, textbook


async def run() -> None:
    """Fill, measure, report."""
    with tempfile.TemporaryDirectory(prefix="battito-search-") as folder:
        server = EmbeddedPostgres(
            Path(folder) / "data",
            {
                "fsync": "off",
                "full_page_writes": "off",
                "shared_buffers": "512MB",
                "max_wal_size": "8GB",
                "autovacuum": "off",
            },
        )
        url = server.start()
        try:
            print("Search: filling a scratch database", flush=True)
            started = time.perf_counter()
            workspace = await fill(url)
            filled = time.perf_counter() - started
            took, hits, textbook = await measure(url, workspace)
        finally:
            server.stop()
    everything = [ms for values in took.values() for ms in values]
    rows = [
        (
            kind,
            f"p50 {percentile(v, 0.5):6.1f} ms   p95 {percentile(v, 0.95):6.1f} ms   hits {sum(hits[kind]) / len(v):.0f}",
        )
        for kind, v in took.items()
    ]
    rows.append(("all", f"p50 {percentile(everything, 0.5):6.1f} ms   p95 {percentile(everything, 0.95):6.1f} ms"))
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    rows.append(("the machine meanwhile", f"{busy:.1f} programs wanted each processor"))
    rows.append(("textbook query, frequent word", f"p50 {percentile(textbook, 0.5):6.1f} ms"))
    report(
        f"Search in {MESSAGES:,} messages and {CONTACTS:,} contacts (filled in {filled:.0f} s)",
        rows,
        {
            "messages": MESSAGES,
            "p50_ms": round(percentile(everything, 0.5), 1),
            "p95_ms": round(percentile(everything, 0.95), 1),
            "worst_ms": round(max(everything), 1),
            "load_per_cpu": round(busy, 1),
            "ratio_textbook": round(percentile(textbook, 0.5) / percentile(took["frequent word"], 0.5), 1),
        },
    )


def main() -> int:
    """The bench; 0 when it ran."""
    asyncio.run(run())
    return 0


if __name__ == "__main__":
    sys.exit(main())
