"""A service's documents: what is taken, how it is checked, where it is kept."""

import asyncio
import shlex
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from service_kit.documents.files import BLOCK_BYTES, Incoming, WrittenFile, hash_file
from service_kit.documents.kinds import kind_of
from service_kit.documents.models import ScanState
from service_kit.documents.scanning import scan
from service_kit.documents.storage import DiskStorage, Storage, storage_key
from service_kit.problems import ApiProblem
from service_kit.settings import ServiceSettings
from shared_schemas.problems import ProblemError


@dataclass(frozen=True)
class KeptFile:
    """A file that passed every check and lies in the storage."""

    sha256: str
    size: int
    media_type: str
    scan: ScanState
    storage_key: str


@dataclass(frozen=True)
class DocumentStore:
    """What is still coming in lies on this machine's disk, what is whole in the storage."""

    incoming: Incoming
    storage: Storage
    max_bytes: int
    scanner: tuple[str, ...]
    scan_seconds: float

    async def keep(
        self, organisation_id: UUID, file: WrittenFile, *, media_type: str | None = None
    ) -> KeptFile:
        """Check a whole file and put it into the storage; no transaction may be open meanwhile.

        Raises 422 ``document-refused`` where its content is of no kind that is taken, of another than ``media_type``
        says, or refused by the scanner.
        """
        found = await asyncio.to_thread(kind_of, file.path)
        if found is None or (media_type is not None and found != media_type):
            raise _other_kind()
        state = await scan(self.scanner, file.path, self.scan_seconds)
        key = storage_key(organisation_id, file.sha256)
        await self.storage.put(key, file.path)
        return KeptFile(file.sha256, file.size, found, state, key)

    async def read(self, key: str, size: int) -> AsyncIterator[bytes]:
        """Give a document's bytes, a block at a time. Raises ``OSError`` where fewer are there."""
        for offset in range(0, size, BLOCK_BYTES):
            block = await self.storage.read_part(key, offset, min(BLOCK_BYTES, size - offset))
            if len(block) != min(BLOCK_BYTES, size - offset):
                raise OSError("the storage holds less of the document than was put there")
            yield block


async def written_file(path: Path) -> WrittenFile:
    """Read a file that came in parts: its size, and its hash over all of them."""
    return await asyncio.to_thread(lambda: WrittenFile(path, hash_file(path), path.stat().st_size))


def make_store(settings: ServiceSettings) -> DocumentStore:
    """Put together what the settings say; nothing is opened or made before it is needed."""
    return DocumentStore(
        incoming=Incoming(settings.document_directory / "incoming"),
        storage=_storage(settings),
        max_bytes=settings.document_max_bytes,
        scanner=tuple(shlex.split(settings.document_scanner)),
        scan_seconds=settings.document_scan_seconds,
    )


def _storage(settings: ServiceSettings) -> Storage:
    if not settings.document_s3_bucket:
        return DiskStorage(settings.document_directory / "kept")
    # Only who keeps documents there loads its client.
    from service_kit.documents.s3 import S3Storage

    return S3Storage(settings)


def _other_kind() -> ApiProblem:
    detail = (
        "The content is not a whole document of the kind that is named, or can be read as another kind too."
    )
    error = ProblemError(pointer="/content", code="not_of_its_kind", detail=detail)
    return ApiProblem("document-refused", detail, errors=[error])
