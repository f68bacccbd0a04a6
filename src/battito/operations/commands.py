"""The commands of this room: each takes the words after its name and returns an exit code."""

import argparse
import asyncio
import shutil
import sys
import textwrap
from pathlib import Path

import msgspec

from battito.operations.archive import Reader
from battito.operations.backup import make_backup
from battito.operations.doctor import examine, report, report_json
from battito.operations.findings import State
from battito.operations.programs import OperationFailed
from battito.operations.restore import restore
from battito.platform.database.supervisor import DatabaseProblem
from battito.platform.settings import describe_settings, load_settings, load_with_sources


def backup_command(rest: list[str]) -> int:
    """`battito backup [FILE]`."""
    parser = argparse.ArgumentParser(
        prog="battito backup", description="Write database, attachments, key ring and settings into one file."
    )
    parser.add_argument("file", nargs="?", type=Path, help="a file or a folder (default: <data>/backups)")
    parser.add_argument("--without-files", action="store_true", help="leave the attachments out")
    parser.add_argument("--with-bucket", action="store_true", help="copy attachments out of S3 too (all of the bucket)")
    parser.add_argument("--without-key", action="store_true", help="leave the key ring out; keep it somewhere else")
    arguments = parser.parse_args(rest)
    try:
        made = asyncio.run(
            make_backup(
                load_settings(),
                arguments.file,
                with_files=not arguments.without_files,
                with_key=not arguments.without_key,
                with_bucket=arguments.with_bucket,
            )
        )
    except (OperationFailed, DatabaseProblem) as error:
        return _failed(error)
    rows = ", ".join(f"{count} {table}" for table, count in made.manifest.rows.items())
    print(f"{made.path}  ({made.size / 1e6:.1f} MB: {rows}; {made.attachments} attachments)")
    if made.manifest.files.startswith("kept in"):
        print(
            f"NOT in it: the attachments, which are {made.manifest.files}. Without them a restored conversation shows names "
            "of files that cannot be opened.\n"
            "Keep the bucket safe by itself (versioning and replication, or `rclone sync` to another place, after each "
            "back-up), or run `battito backup --with-bucket` to copy it into this file."
        )
    elif made.manifest.files == "left out":
        print("NOT in it: the attachments, as asked by --without-files.")
    return 0


def restore_command(rest: list[str]) -> int:
    """`battito restore FILE`."""
    parser = argparse.ArgumentParser(
        prog="battito restore", description="Put a back-up in place. Stop every node first; nothing changes on failure."
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--force", action="store_true", help="replace what the database holds")
    parser.add_argument("--check", action="store_true", help="only see whether the file is whole, and what is in it")
    arguments = parser.parse_args(rest)
    try:
        if arguments.check:
            with Reader(arguments.file) as archive:
                print(msgspec.json.format(msgspec.json.encode(archive.manifest), indent=2).decode())
            return 0
        settings = load_settings()
        manifest, gone = asyncio.run(restore(settings, arguments.file, force=arguments.force))
    except (OperationFailed, DatabaseProblem) as error:
        return _failed(error)
    rows = ", ".join(f"{count} {table}" for table, count in manifest.rows.items())
    print(f"Restored what was backed up at {manifest.created_at:%Y-%m-%d %H:%M} UTC: {rows}.")
    if isinstance(gone, str):
        print(f"Whether the attachments are there could not be seen: {gone}")
    elif gone.names:
        shown = ", ".join(gone.names[:5]) + (f" and {len(gone.names) - 5} more" if len(gone.names) > 5 else "")
        print(
            f"{len(gone.names)} of {gone.looked_at} attachments are not in {settings.files_url}: {shown}. "
            f"In this back-up they are {manifest.files}. Copy them there; the conversations are whole without them."
        )
    else:
        print(f"All {gone.looked_at} attachments are there.")
    return 0


def doctor_command(rest: list[str]) -> int:
    """`battito doctor`: exit code 1 if something is to be mended."""
    parser = argparse.ArgumentParser(prog="battito doctor", description="What is wrong here, and how to mend it.")
    parser.add_argument("--json", action="store_true", help="for programs")
    arguments = parser.parse_args(rest)
    findings = asyncio.run(examine())
    print(report_json(findings) if arguments.json else report(findings))
    return int(any(finding.state is State.failure for finding in findings))


def settings_command(rest: list[str]) -> int:
    """`battito settings`: every setting, its value and where that came from."""
    parser = argparse.ArgumentParser(prog="battito settings", description="Every setting; secrets are masked.")
    parser.add_argument("--json", action="store_true", help="for programs")
    arguments = parser.parse_args(rest)
    settings, sources = load_with_sources()
    rows = describe_settings(settings, sources)
    if arguments.json:
        print(msgspec.json.encode(rows).decode())
        return 0
    width = max(shutil.get_terminal_size((100, 24)).columns, 60)
    print(f"In the environment as below, or in {settings.config} by the name in lower case without BATTITO_.\n")
    for row in rows:
        source = "" if row.source == "default" else f"   ({row.source})"
        print(f"{row.env} = {row.value or '-'}{source}")
        default = f" Default: {row.default}." if row.default else ""
        print(
            textwrap.fill(
                f"{row.meaning} [{row.type}]{default}", width, initial_indent="    ", subsequent_indent="    "
            )
        )
    return 0


def _failed(error: Exception) -> int:
    print(f"battito: {error}", file=sys.stderr)
    return 1
