"""The organisation's own signing key: who sees it, and an administrator who changes it."""

from datetime import datetime
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from service_kit.acting import Acting, Requires
from service_kit.exchange.key_rotation import RotationRefused, rotate_signing_key
from service_kit.exchange.models import ExchangeKey, KeyKind
from service_kit.idempotency import OnceDep
from service_kit.problems import ApiProblem
from shared_schemas.exchange.identifiers import party_urn
from shared_schemas.exchange.keys import fingerprint, write_public_key

router = APIRouter()


class KeyRead(BaseModel):
    """A public key: our own, or one pinned of a counterpart."""

    party: str = Field(description="Whose it is, urn:uuid:….")
    kind: KeyKind
    public_key: str = Field(description="whpk_ and its base64.")
    fingerprint: str = Field(description="For two people to read to each other.")
    successor: str | None = Field(description="SHA-256 of the only key that may follow it.")
    valid_from: datetime
    valid_until: datetime | None = Field(description="Null while nothing ends it.")


class KeyList(BaseModel):
    items: list[KeyRead]


class NewKeyRead(BaseModel):
    """What the organisation signs with from now on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "party": "urn:uuid:01a05a43-fc00-7000-8000-00000000000a",
                    "public_key": "whpk_7UkoxijRwsbq6QM4kFmVYSlZJzpcY/k2NsFGFKyHN9E=",
                    "fingerprint": "c46f 7c5c 0e8a 4c3b 1f2d 9a60 77b1 35e0 c46f 7c5c 0e8a 4c3b 1f2d 9a60 77b1 35e0",
                    "successor": "c5b940ed3f65c391965de8295fc5d25f474fa57b48d36eb10ad363b8539c1b79",
                    "links": 1,
                }
            ]
        }
    )

    party: str
    public_key: str
    fingerprint: str
    successor: str = Field(description="SHA-256 of the only key that may follow it.")
    links: int = Field(description="How many links are told; until each has it, the old key signs there too.")


@router.get("/keys", summary="List the public keys")
async def list_keys(acting: Annotated[Acting, Requires("exchange:read")]) -> KeyList:
    """Show every public key there ever was, our own and those pinned, with the time in which each counted."""
    statement = select(ExchangeKey).where(ExchangeKey.organisation_id == acting.organisation_id)
    rows = await acting.session.execute(statement.order_by(ExchangeKey.party, ExchangeKey.id))
    return KeyList(items=[_read(row) for row in rows.scalars()])


@router.post("/keys", status_code=201, summary="Change the signing key", response_model=NewKeyRead)
async def change_key(
    request: Request, acting: Annotated[Acting, Requires("exchange:operate")], once: OnceDep
) -> Response:
    """Make the successor the signing key and tell every link; the old one signs beside it until the receipt.

    409 where no successor was made yet, or earlier changes are still on their way.
    """
    settings = request.app.state.settings
    try:
        new = await rotate_signing_key(acting, settings.key_bytes(), settings.public_url)
    except RotationRefused as refusal:
        raise ApiProblem("move-not-allowed", str(refusal), allowed=[]) from None
    answer = NewKeyRead(
        party=party_urn(new.party),
        public_key=new.public_key,
        fingerprint=new.fingerprint,
        successor=new.successor,
        links=new.links,
    )
    return await once.answer(answer)


def _read(row: ExchangeKey) -> KeyRead:
    key = Ed25519PublicKey.from_public_bytes(row.public_key)
    return KeyRead(
        party=party_urn(row.party),
        kind=KeyKind(row.kind),
        public_key=write_public_key(key),
        fingerprint=fingerprint(key),
        successor=row.successor_hash,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )
