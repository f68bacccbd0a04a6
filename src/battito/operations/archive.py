"""The file a back-up is: a plain tar that any tool opens.

`manifest.json` says what it is, `database.dump` is pg_dump's custom format, `files/` the attachments, `secret.key` the
key ring, `battito.toml` the settings; `checksums.txt`, the last member, holds the SHA-256 of each (in the format of
sha256sum): an archive without it is not whole.
"""

import contextlib
import hashlib
import io
import os
import tarfile
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import IO, Final, Self

import msgspec

from battito.operations.programs import OperationFailed

FORMAT: Final = 1
MANIFEST: Final = "manifest.json"
DUMP: Final = "database.dump"
FILES: Final = "files/"
KEY: Final = "secret.key"
TOML: Final = "battito.toml"
CHECKSUMS: Final = "checksums.txt"
_BLOCK: Final = 1 << 20


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What a back-up holds. `migrations` are those the database had; `key_ids` the keys that open its secrets."""

    format: int
    battito: str
    created_at: datetime
    postgres: str
    epoch: int
    migrations: list[int]
    key_ids: list[str]
    rows: dict[str, int]
    files: str
    """`included`, or why they are not."""


class Writer:
    """Writes an archive beside its place; `finish` puts it there, whole."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.part = target.with_name(f"{target.name}.part")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        # it holds the key and everybody's messages
        self._file = open(os.open(self.part, flags, 0o600), "wb")  # noqa: SIM115 - closed by finish and abandon
        self._tar = tarfile.open(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._sums: list[str] = []

    def add_bytes(self, name: str, content: bytes) -> None:
        """A member from memory."""
        self._add(name, io.BytesIO(content), len(content), time.time())

    def add_file(self, name: str, path: Path) -> None:
        """A member from a file; exactly as many bytes as it has now."""
        with open(path, "rb") as source:
            state = os.fstat(source.fileno())
            self._add(name, source, state.st_size, state.st_mtime)

    def add_stream(self, name: str, source: IO[bytes], size: int) -> None:
        """A member of `size` bytes from a stream."""
        self._add(name, source, size, time.time())

    def finish(self) -> int:
        """Write the checksums, flush to disk, move into place; the size in bytes."""
        self.add_bytes(CHECKSUMS, "".join(self._sums).encode())
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        size = self._file.tell()
        self._file.close()
        self.part.replace(self.target)
        return size

    def abandon(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self.part.unlink(missing_ok=True)

    def _add(self, name: str, source: IO[bytes], size: int, changed: float) -> None:
        info = tarfile.TarInfo(name)
        info.size, info.mtime, info.mode = size, int(changed), 0o600
        counted = _Counted(source)
        self._tar.addfile(info, counted)
        self._sums.append(f"{counted.digest.hexdigest()}  {name}\n")


class Reader:
    """An archive that was checked from end to end."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115 - closed by __exit__
            self.manifest = self._checked()
        except (tarfile.TarError, EOFError) as error:
            raise OperationFailed(f"{path} is not a whole back-up: {error}.") from error
        except OSError as error:
            raise OperationFailed(f"{path} cannot be read: {error.strerror}.") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._tar.close()

    def read(self, name: str) -> bytes | None:
        """A small member, or None if it is not there."""
        with contextlib.suppress(KeyError):
            source = self._tar.extractfile(name)
            return source.read() if source else None
        return None

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """A member as a stream."""
        source = self._tar.extractfile(name)
        assert source is not None
        with source:
            yield source

    def files(self) -> Iterator[tuple[PurePosixPath, tarfile.TarInfo]]:
        """The attachments, by their path below the folder of files."""
        for member in self._tar:
            if member.name.startswith(FILES) and member.isfile():
                yield PurePosixPath(member.name.removeprefix(FILES)), member

    def extract(self, member: tarfile.TarInfo, target: Path) -> None:
        """Write one attachment; whole or not at all."""
        fresh = target.with_name(f".{target.name}.restored")
        target.parent.mkdir(parents=True, exist_ok=True)
        source = self._tar.extractfile(member)
        assert source is not None
        with source, open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as output:
            while block := source.read(_BLOCK):
                output.write(block)
            output.flush()
            os.fsync(output.fileno())
        os.utime(fresh, (member.mtime, member.mtime))
        fresh.replace(target)

    @contextlib.contextmanager
    def stream(self, member: tarfile.TarInfo) -> Iterator[IO[bytes]]:
        """One attachment as a stream."""
        source = self._tar.extractfile(member)
        assert source is not None
        with source:
            yield source

    def _checked(self) -> Manifest:
        sums: dict[str, str] = {}
        for member in self._tar:
            path = PurePosixPath(member.name)
            if not member.isfile() or path.is_absolute() or ".." in path.parts:
                raise OperationFailed(f"{self.path}: {member.name!r} does not belong in a back-up.")
            source = self._tar.extractfile(member)
            assert source is not None
            digest = hashlib.sha256()
            while block := source.read(_BLOCK):
                digest.update(block)
            sums[member.name] = digest.hexdigest()
        listed = self.read(CHECKSUMS)
        if listed is None:
            raise OperationFailed(f"{self.path} is not a whole back-up: it ends before its checksums.")
        wanted = {}
        for line in listed.decode().splitlines():
            digest_text, _, name = line.partition("  ")
            wanted[name] = digest_text
        damaged = sorted(
            name for name in wanted.keys() | sums.keys() - {CHECKSUMS} if wanted.get(name) != sums.get(name)
        )
        if damaged:
            more = f" and {len(damaged) - 3} more" if len(damaged) > 3 else ""
            raise OperationFailed(f"{self.path} is damaged: {', '.join(damaged[:3])}{more}. Use another back-up.")
        try:
            manifest = msgspec.json.decode(self.read(MANIFEST) or b"", type=Manifest)
        except msgspec.DecodeError as error:
            raise OperationFailed(f"{self.path} is not a back-up of Battito: {error}.") from error
        if manifest.format != FORMAT or DUMP not in sums:
            raise OperationFailed(
                f"{self.path} was made by Battito {manifest.battito} in a format ({manifest.format}) that this version "
                f"({FORMAT}) does not read."
            )
        return manifest


class _Counted(io.RawIOBase):
    """A stream that hashes what is read from it."""

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self.digest = hashlib.sha256()

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        block = self._source.read(size)
        self.digest.update(block)
        return block
