"""Both kinds of storage: what was put is given back, for good, under its organisation's name alone."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from local_service.settings import LocalSettings
from service_kit.documents.files import WrittenFile
from service_kit.documents.s3 import S3Storage
from service_kit.documents.storage import DiskStorage, Storage, storage_key
from service_kit.documents.store import make_store
from service_kit.settings import ServiceSettings, settings_for_document
from tests.support.documents import PDF, pdf
from tests.support.object_store import ObjectStore, object_store

CONTENT = pdf(12_000_000)
KEY = storage_key(uuid4(), hashlib.sha256(CONTENT).hexdigest())


@pytest.fixture
def remote() -> Iterator[ObjectStore]:
    """An object store on this machine."""
    with object_store() as running:
        yield running


@pytest.fixture(params=["disk", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, remote: ObjectStore) -> Storage:
    """Each kind."""
    return (
        DiskStorage(tmp_path / "kept") if request.param == "disk" else S3Storage(settings(tmp_path, remote))
    )


def settings(folder: Path, remote: ObjectStore) -> ServiceSettings:
    changes = {
        "document_directory": folder,
        "document_s3_bucket": "reports",
        "document_s3_endpoint": remote.url,
        "document_s3_access_key": "key",
        "document_s3_secret_key": SecretStr("secret"),
    }
    return settings_for_document(LocalSettings).model_copy(update=changes)


def written(folder: Path, content: bytes = CONTENT) -> Path:
    file = folder / str(uuid4())
    file.write_bytes(content)
    return file


async def test_what_was_put_is_given_part_by_part(storage: Storage, tmp_path: Path) -> None:
    await storage.put(KEY, written(tmp_path))
    parts = [await storage.read_part(KEY, offset, 5_000_000) for offset in (0, 5_000_000, 10_000_000)]
    assert [len(part) for part in parts] == [5_000_000, 5_000_000, 2_000_000]
    assert b"".join(parts) == CONTENT


async def test_putting_it_again_changes_nothing(storage: Storage, tmp_path: Path) -> None:
    for _ in range(2):
        await storage.put(KEY, written(tmp_path))
    assert await storage.read_part(KEY, 0, 8) == CONTENT[:8]


async def test_what_is_not_there_is_an_error_of_the_machine(storage: Storage) -> None:
    with pytest.raises(OSError, match=r".+"):
        await storage.read_part(KEY, 0, 8)


async def test_a_disk_keeps_nothing_half_written(tmp_path: Path) -> None:
    storage = DiskStorage(tmp_path / "kept")
    with pytest.raises(FileNotFoundError):
        await storage.put(KEY, tmp_path / "nothing")
    assert [path for path in (tmp_path / "kept").rglob("*") if path.is_file()] == []


async def test_a_bucket_is_used_where_one_is_set(tmp_path: Path, remote: ObjectStore) -> None:
    store = make_store(settings(tmp_path, remote))
    file, organisation = written(tmp_path), uuid4()
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    kept = await store.keep(organisation, WrittenFile(file, sha256, len(CONTENT)), media_type=PDF)
    assert remote.objects == {f"reports/{organisation}/{sha256}": CONTENT}
    assert remote.authorised[0].startswith("AWS4-HMAC-SHA256 Credential=key/")
    read = [block async for block in store.read(kept.storage_key, kept.size)]
    assert b"".join(read) == CONTENT
    assert max(len(block) for block in read) <= 1024 * 1024


async def test_a_store_that_is_away_tells_nothing_of_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, remote: ObjectStore
) -> None:
    monkeypatch.setattr("service_kit.documents.s3.RETRIES", 0)
    remote.fails = True
    storage = S3Storage(settings(tmp_path, remote))
    for attempt in (storage.put(KEY, written(tmp_path, pdf())), storage.read_part(KEY, 0, 8)):
        with pytest.raises(OSError, match=r"^the object store did not") as caught:
            await attempt
        assert remote.url not in str(caught.value)


async def test_unencrypted_it_is_asked_on_this_machine_alone(tmp_path: Path, remote: ObjectStore) -> None:
    there = settings(tmp_path, remote).model_copy(update={"document_s3_endpoint": "http://store.example"})
    with pytest.raises(OSError, match="object store"):
        await S3Storage(there).read_part(KEY, 0, 8)


async def test_a_storage_that_lost_bytes_is_not_read_as_if_it_had_not(tmp_path: Path) -> None:
    store = make_store(
        settings_for_document(LocalSettings).model_copy(update={"document_directory": tmp_path})
    )
    organisation, content = uuid4(), pdf(3_000_000)
    sha256 = hashlib.sha256(content).hexdigest()
    kept = await store.keep(organisation, WrittenFile(written(tmp_path, content), sha256, len(content)))
    (tmp_path / "kept" / kept.storage_key).write_bytes(content[:-1])
    with pytest.raises(OSError, match="less of the document"):
        [block async for block in store.read(kept.storage_key, kept.size)]
