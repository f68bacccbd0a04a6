"""Draws what customers attached and keeps it in the file store."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from battito.demo import papers
from battito.demo.loading.base import Load
from battito.demo.models import Attachment, Message
from battito.platform.files import Files
from battito.platform.services import Services

_AT_ONCE = 24


async def draw_files(services: Services, load: Load) -> None:
    """Make every file, store its bytes, and write its row. Drawing runs in threads beside the writing."""
    wanted: list[tuple[Attachment, datetime]] = [
        (file, item.at)
        for conversation in load.world.conversations
        for item in conversation.items
        if isinstance(item, Message)
        for file in item.attachments
    ]
    files = services.get(Files)
    gate = asyncio.Semaphore(_AT_ONCE)
    loop = asyncio.get_running_loop()
    rows: list[tuple[Any, ...]] = []

    async def keep(file: Attachment, at: datetime, pool: ThreadPoolExecutor) -> None:
        async with gate:
            content = await loop.run_in_executor(pool, papers.content, file)
            stored = await files.store(load.workspace, file.name, content, claimed_type=file.content_type, trusted=True)
            width, height = {"meter": (560, 420), "screenshot": (400, 640)}.get(file.kind, (None, None))
            preview = stored.sha256 if width else None  # small enough to be its own preview
            file_id = load.id_at(at)
            rows.append(
                (
                    file_id,
                    load.workspace,
                    stored.sha256,
                    stored.name,
                    stored.content_type,
                    stored.size,
                    width,
                    height,
                    "skipped",
                    preview,
                    at,
                )
            )
            load.files[id(file)] = {
                "id": file_id, "name": stored.name, "content_type": stored.content_type, "size": stored.size,
                "url": f"/api/v1/files/{file_id}", "preview_url": f"/api/v1/files/{file_id}/preview" if preview else None,
                "width": width, "height": height, "scan": "skipped",
            }  # fmt: skip

    with ThreadPoolExecutor(2, "demo pictures") as pool:
        await asyncio.gather(*(keep(file, at, pool) for file, at in wanted))
    rows.sort(key=lambda row: row[0])
    await load.copy(
        "file",
        "id, workspace_id, sha256, name, content_type, size, width, height, scan, preview_sha256, created_at",
        rows,
    )
