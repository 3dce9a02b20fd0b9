"""Files on this machine's disk: what is still coming in, a mebibyte at a time, off the event loop."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from service_kit.ids import new_id

BLOCK_BYTES = 1024 * 1024
PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600


@dataclass(frozen=True)
class WrittenFile:
    """A file that came in whole."""

    path: Path
    sha256: str
    size: int


class TooLarge(Exception):
    """More came in than is taken."""


class WrongOffset(Exception):
    """A part does not begin where what is held ends."""

    def __init__(self, held: int) -> None:
        super().__init__(held)
        self.held = held


async def write_stream(chunks: AsyncIterator[bytes], path: Path, *, largest: int) -> WrittenFile:
    """Write chunks of any size as they come, holding a block in memory at most. Raises ``TooLarge``."""
    await asyncio.to_thread(make_folder, path.parent)
    digest, size, block = hashlib.sha256(), 0, bytearray()

    def put_away(content: bytes) -> None:
        digest.update(content)
        append(path, content)

    async for chunk in chunks:
        size += len(chunk)
        if size > largest:
            raise TooLarge
        block += chunk
        if len(block) >= BLOCK_BYTES:
            await asyncio.to_thread(put_away, bytes(block))
            block.clear()
    await asyncio.to_thread(put_away, bytes(block))
    return WrittenFile(path, digest.hexdigest(), size)


def append(path: Path, content: bytes) -> None:
    """Add to a file that only this process may read. It blocks."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE_FILE), "ab") as file:
        file.write(content)


def make_folder(path: Path) -> None:
    """Make a folder, with those above it, that only this process may read. It blocks."""
    for folder in reversed((path, *path.parents)):
        if not folder.is_dir():
            folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)


def hash_file(path: Path) -> str:
    """Give a file's SHA-256. It blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Partial:
    """A document of which the counterpart of one link has sent some bytes."""

    path: Path

    async def held(self) -> int:
        """How many bytes there are."""
        return await asyncio.to_thread(_size, self.path)

    async def add(self, offset: int, content: bytes) -> int:
        """Put a part behind what is held; give how much there is then. Raises ``WrongOffset``."""
        return await asyncio.to_thread(_put, self.path, offset, content)

    async def remove(self) -> None:
        """Forget what came."""
        await asyncio.to_thread(self.path.unlink, missing_ok=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _put(path: Path, offset: int, content: bytes) -> int:
    held = _size(path)
    if offset != held:
        raise WrongOffset(held)
    if not content:
        return held
    make_folder(path.parent)
    # Written at its place, not at the end: the same part arriving twice at once leaves it once.
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE), "r+b") as file:
        file.seek(offset)
        file.write(content)
    return offset + len(content)


@dataclass(frozen=True)
class Incoming:
    """The folder of what is still coming in; whatever lies there a day is nobody's any more."""

    folder: Path

    def fresh(self) -> Path:
        """Name a file for an upload."""
        return self.folder / "uploads" / str(new_id())

    def partial(self, organisation_id: UUID, link_id: UUID, sha256: str) -> Partial:
        """Give what came of a document on a link."""
        return Partial(self._of_link(organisation_id, link_id) / sha256)

    async def count_partials(self, organisation_id: UUID, link_id: UUID) -> int:
        """How many documents of a link are under way."""
        return await asyncio.to_thread(_count, self._of_link(organisation_id, link_id))

    async def clear_older_than(self, moment: float) -> int:
        """Delete what was last written before a moment (seconds since 1970); give how many files."""
        return await asyncio.to_thread(_clear, self.folder, moment)

    def _of_link(self, organisation_id: UUID, link_id: UUID) -> Path:
        return self.folder / "parts" / str(organisation_id) / str(link_id)


def _count(folder: Path) -> int:
    try:
        return sum(1 for _ in folder.iterdir())
    except FileNotFoundError:
        return 0


def _clear(folder: Path, moment: float) -> int:
    cleared = 0
    for path in folder.rglob("*"):
        try:
            if path.is_file() and path.stat().st_mtime < moment:
                path.unlink()
                cleared += 1
        except FileNotFoundError:
            continue  # it was finished, or another process cleared it
    return cleared
