"""Documents in an S3-compatible object store."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from service_kit.settings import ServiceSettings

# A file goes up in pieces of this size, two at a time: that is what of it lies in memory at most.
PIECE_BYTES = 5 * 1024 * 1024
PIECES_AT_ONCE = 2
SECONDS = timedelta(seconds=30)
RETRY_SECONDS = timedelta(seconds=20)
RETRIES = 3


class S3Storage:
    """Objects under the same keys as files on a disk would have; the client is made at the first use."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._settings = settings
        self._made: S3Store | None = None

    async def put(self, key: str, file: Path) -> None:
        """Keep a copy of a file for good; the store's answer says that it is there."""
        try:
            await obstore.put_async(
                self._store(), key, file, chunk_size=PIECE_BYTES, max_concurrency=PIECES_AT_ONCE
            )
        except BaseError:
            # The words of the fault may name addresses and keys: whoever calls needs to know only that it is away.
            raise OSError("the object store did not take the document") from None

    async def read_part(self, key: str, offset: int, length: int) -> bytes:
        """Give a part of what is kept."""
        try:
            part = await obstore.get_range_async(self._store(), key, start=offset, length=length)
        except BaseError:
            raise OSError("the object store did not give the document") from None
        return part.to_bytes()

    def _store(self) -> S3Store:
        if self._made is None:
            self._made = _open(self._settings)
        return self._made


def _open(settings: ServiceSettings) -> S3Store:
    given: dict[str, Any] = {}
    if settings.document_s3_endpoint:
        given["endpoint"] = settings.document_s3_endpoint
    if settings.document_s3_access_key:
        given["access_key_id"] = settings.document_s3_access_key
        given["secret_access_key"] = settings.document_s3_secret_key.get_secret_value()
    return S3Store(
        settings.document_s3_bucket,
        region=settings.document_s3_region,
        client_options={"timeout": SECONDS, "allow_http": _is_this_machine(settings.document_s3_endpoint)},
        retry_config={"max_retries": RETRIES, "retry_timeout": RETRY_SECONDS},
        **given,
    )


def _is_this_machine(endpoint: str) -> bool:
    # What children's reports travel on is encrypted, but for a store on the machine itself.
    return urlsplit(endpoint).hostname in {"127.0.0.1", "::1", "localhost"}
