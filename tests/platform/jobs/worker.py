"""A node that only works: run as a process of its own by the tests, so that it can be killed or stopped.

`python worker.py URL DATA LEASE_S LOG`: handles `probe.slow` (writes "begin KEY" and "end KEY" to LOG, sleeping between,
or waiting for a file to be there).
"""

import asyncio
import os
import sys
from pathlib import Path

from battito.app import make_services
from battito.platform.jobs import Job, Jobs, job
from battito.platform.services import Services
from battito.platform.settings import load_settings

LOG = Path(sys.argv[4])


def note(line: str) -> None:
    """One whole line, at once."""
    handle = os.open(LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(handle, f"{line}\n".encode())
    os.close(handle)


@job("probe.slow", retries=8)
async def slow(services: Services, work: Job) -> None:
    """Takes `seconds`, and as long as there is no file `until`."""
    note(f"begin {os.getpid()} {work.args['name']} {work.attempts}")
    await asyncio.sleep(work.args.get("seconds", 0))
    while "until" in work.args and not Path(work.args["until"]).exists():
        await asyncio.sleep(0.02)
    note(f"end {os.getpid()} {work.args['name']} {work.attempts}")


async def main() -> None:
    """Work until killed."""
    url, data, lease = sys.argv[1], sys.argv[2], float(sys.argv[3])
    settings = load_settings({"BATTITO_DATA": data, "BATTITO_DATABASE_URL": url, "BATTITO_DATABASE_POOL": "4"})
    services = await make_services(settings, url)
    await Jobs(services, lease_s=lease).start()
    note(f"ready {os.getpid()}")
    await asyncio.Event().wait()


asyncio.run(main())
