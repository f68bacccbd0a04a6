"""Work on files in the background: the virus scan, and removing what nobody took."""

from collections.abc import AsyncIterator
from typing import Final
from uuid import UUID

from battito.platform.actor import Context
from battito.platform.files.clamd import ScannerAway, scan
from battito.platform.files.model import FileExamined, Scan, StoredFile
from battito.platform.files.service import FIND, Files, stored_from
from battito.platform.files.storage import ContentMissing
from battito.platform.jobs.model import GiveUp, Job, RetryLater
from battito.platform.jobs.registry import job
from battito.platform.services import Services

SETTLE: Final = "update file set scan = $3, scan_detail = $4 where workspace_id = $1 and id = $2 and scan = 'pending'"


@job("file.examine", retries=12, timeout_s=180, backoff_s=2.0)
async def examine(services: Services, job: Job) -> None:
    """Scan one file; its verdict becomes an event. Without a scanner any more, the file counts as not scanned."""
    assert job.workspace_id is not None
    files, file_id = services.get(Files), UUID(job.args["file_id"])
    async with services.database.reading() as connection:
        row = await connection.fetchrow(FIND, job.workspace_id, file_id)
    if row is None or row["scan"] != "pending":
        return
    file = stored_from(row)
    verdict: tuple[Scan, str | None] = ("skipped", None)
    if services.settings.clamd is not None:
        try:
            found = await scan(services.settings.clamd, _content(files, file))
        except ScannerAway as error:
            raise RetryLater(str(error)) from error
        except ContentMissing as error:
            raise GiveUp(f"the file storage has lost {error}") from error
        verdict = ("infected", found.signature[:200]) if found.infected else ("clean", None)
    async with services.database.transaction(Context.system(job.workspace_id, "Scanner", f"job-{job.id}")) as tx:
        if await tx.execute(SETTLE, tx.workspace_id, file_id, *verdict):
            tx.emit(FileExamined(file_id=file_id, scan=verdict[0]))
            if verdict[0] == "infected":
                tx.open_audit("file.infected")
                tx.audit("file", file_id, after={"name": file.name, "signature": verdict[1]})


async def _content(files: Files, file: StoredFile) -> AsyncIterator[bytes]:
    async for piece in files.stream(file):
        yield piece
