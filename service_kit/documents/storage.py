"""Where documents lie: named by what they contain, in a folder of their organisation's."""

import asyncio
import os
import shutil
from pathlib import Path
from typing import Protocol
from uuid import UUID

from service_kit.documents.files import PRIVATE_FILE, make_folder
from service_kit.ids import new_id


def storage_key(organisation_id: UUID, sha256: str) -> str:
    """Name a document in the storage: no organisation's file can stand in for another's."""
    return f"{organisation_id}/{sha256}"


class Storage(Protocol):
    """What both kinds of storage do. A key's content never changes, so putting it again changes nothing."""

    async def put(self, key: str, file: Path) -> None:
        """Keep a copy of a file for good: when this returns, it survives the machine's halt."""

    async def read_part(self, key: str, offset: int, length: int) -> bytes:
        """Give a part of what is kept. Raises ``OSError`` where it is not there or does not answer."""


class DiskStorage:
    """Files in a folder, each written aside, synchronised and only then given its name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def put(self, key: str, file: Path) -> None:
        """Keep a copy of a file for good."""
        await asyncio.to_thread(_keep, file, self._folder / key)

    async def read_part(self, key: str, offset: int, length: int) -> bytes:
        """Give a part of what is kept."""
        return await asyncio.to_thread(_read, self._folder / key, offset, length)


def _keep(file: Path, place: Path) -> None:
    if place.exists():
        return
    make_folder(place.parent)
    # Beside its place, because only within one file system does a rename replace at once.
    aside = place.with_name(f".{new_id()}")
    try:
        with (
            file.open("rb") as source,
            os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as target,
        ):
            shutil.copyfileobj(source, target, 1024 * 1024)
            target.flush()
            os.fsync(target.fileno())
        aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)
    _synchronise_folder(place.parent)


def _synchronise_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _read(place: Path, offset: int, length: int) -> bytes:
    with place.open("rb") as file:
        file.seek(offset)
        return file.read(length)
