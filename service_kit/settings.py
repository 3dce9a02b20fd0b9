import base64
import binascii
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings

from shared_schemas.exchange.limits import DOCUMENT_MAX_BYTES


class Mode(StrEnum):
    """What the deployment is for."""

    LIVE = "live"  # real people: test identifiers are refused, peers must be reached by https
    TEST = "test"
    DEMONSTRATION = "demonstration"  # the stored clock offset may be other than zero


def _is_asyncpg_url(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith("postgresql+asyncpg://"):
        raise ValueError("must start with postgresql+asyncpg://")
    return value


def _is_32_bytes(value: SecretStr) -> SecretStr:
    try:
        raw = base64.urlsafe_b64decode(value.get_secret_value())
    except (binascii.Error, ValueError) as error:
        raise ValueError("must be URL-safe base64") from error
    if len(raw) != 32:
        raise ValueError("must hold exactly 32 bytes")
    return value


DatabaseUrl = Annotated[SecretStr, AfterValidator(_is_asyncpg_url)]
SecretKey = Annotated[SecretStr, AfterValidator(_is_32_bytes)]


class ServiceSettings(BaseSettings):
    """What both services read from the environment; each adds its own prefix."""

    database_url: DatabaseUrl = Field(description="The app role's URL: row-level security applies to it.")
    worker_database_url: DatabaseUrl = Field(
        description="The worker role's URL: it sees every tenant's deliveries."
    )
    migration_database_url: DatabaseUrl = Field(description="The owner role's URL: used by `migrate` alone.")
    public_url: str = Field(description="This service's own base address as its peers and callers write it.")
    secret_key: SecretKey = Field(description="32 random bytes, URL-safe base64: wraps private keys at rest.")
    mode: Mode = Field(default=Mode.LIVE, description="live, test or demonstration.")
    pool_size: int = Field(default=10, ge=1, le=100, description="Database connections a process keeps open.")
    statement_timeout_ms: int = Field(default=10_000, ge=100, description="Longest time of one statement.")
    lock_timeout_ms: int = Field(default=3_000, ge=100, description="Longest wait for another's row lock.")
    body_limit_bytes: int = Field(default=1_048_576, ge=1024, description="Largest request body.")
    poll_seconds: float = Field(default=0.25, gt=0, le=60, description="How often the worker looks for work.")
    attempt_seconds: float = Field(
        default=15.0, gt=0, le=120, description="Total time of one delivery attempt."
    )
    lease_seconds: float = Field(default=60.0, gt=0, description="How long a claimed delivery stays claimed.")
    collect_seconds: float = Field(
        default=15.0, ge=1, le=3600, description="How often a counterpart that cannot reach us is asked."
    )

    checkpoint_seconds: float = Field(
        default=3600.0, gt=0, description="How often the audit tree's checkpoint is made and witnessed."
    )

    document_directory: Path = Field(
        default=Path("/var/lib/practice-review-exchange/documents"),
        description="The folder of documents; what is still coming in lies there even where an object store is used.",
    )
    document_max_bytes: int = Field(
        default=DOCUMENT_MAX_BYTES, ge=1, le=DOCUMENT_MAX_BYTES, description="Largest document."
    )
    document_scanner: str = Field(
        default="",
        description="Command that is given each document's path: 0 is clean, 1 refused. None if empty.",
    )
    document_scan_seconds: float = Field(default=60.0, gt=0, description="Longest time of one scan.")
    document_s3_bucket: str = Field(
        default="", description="Bucket of an S3-compatible store; disk if empty."
    )
    document_s3_endpoint: str = Field(
        default="", description="Its address, where it is not the region's own."
    )
    document_s3_region: str = Field(default="eu-west-2", description="Its region.")
    document_s3_access_key: str = Field(default="", description="Its access key; the machine's own if empty.")
    document_s3_secret_key: SecretStr = Field(default=SecretStr(""), description="The secret of that key.")

    def key_bytes(self) -> bytes:
        """Give the 32 bytes that wrap private keys."""
        return base64.urlsafe_b64decode(self.secret_key.get_secret_value())


Settings = TypeVar("Settings", bound=ServiceSettings)


def settings_for_document(settings: type[Settings]) -> Settings:
    """Make settings that connect to nothing: enough to write the OpenAPI document."""
    nowhere = SecretStr("postgresql+asyncpg://nobody@127.0.0.1/nowhere")
    return settings(
        database_url=nowhere,
        worker_database_url=nowhere,
        migration_database_url=nowhere,
        public_url="https://service.example",
        secret_key=SecretStr(base64.urlsafe_b64encode(bytes(32)).decode()),
    )
