"""Identifiers: in order, of the right version, and never those of another process."""

import os
from datetime import UTC, datetime, timedelta
from uuid import UUID

from battito.kit.ids import uuid7, uuid7_time


def test_they_grow_and_differ() -> None:
    ids = [uuid7() for _ in range(5_000)]
    assert ids == sorted(set(ids))


def test_version_variant_and_time() -> None:
    """RFC 9562 section 5.7."""
    made = uuid7()
    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert abs(uuid7_time(made) - datetime.now(UTC)) < timedelta(seconds=5)


def test_a_child_process_makes_others() -> None:
    """Random bytes are fetched for many ids at a time; a fork must not hand them out again."""
    uuid7()
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, b"".join(uuid7().bytes for _ in range(50)))
        os._exit(0)
    mine = {uuid7().bytes[10:] for _ in range(50)}
    os.waitpid(child, 0)
    theirs = os.read(reader, 50 * 16)
    os.close(reader)
    os.close(writer)
    assert len(theirs) == 800
    assert not mine & {UUID(bytes=theirs[n : n + 16]).bytes[10:] for n in range(0, 800, 16)}
