"""Proofs over HTTP, without any message's content: that is read where what it is about is read."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request

from service_kit.acting import Acting, Requires
from service_kit.exchange.links import LinkUnusable
from service_kit.exchange.proving.gathering import prove
from service_kit.problems import ApiProblem, unavailable
from shared_schemas.exchange.proofs import Proof

router = APIRouter()

SUBJECT = r"^(link|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$"


@router.get("/proofs/{subject}", summary="Prove what crossed about a subject")
async def get_proof(
    request: Request,
    subject: Annotated[str, Path(pattern=SUBJECT, description="The exchange reference, or `link`.")],
    acting: Annotated[Acting, Requires("exchange:read")],
) -> Proof:
    """Give every message both ways with its receipt, the last equal reconciliation and the latest cosigned checkpoint.

    Kept as a file, it is checked offline with the public keys: `python -m shared_schemas.verify_proof`.
    """
    return await prove_audited(acting, request.app.state.settings.key_bytes(), subject)


async def prove_audited(
    acting: Acting,
    key_bytes: bytes,
    subject: str,
    *,
    link_id: UUID | None = None,
    with_bodies: bool = False,
    about: tuple[str, UUID] | None = None,
) -> Proof:
    """Make a proof for a caller and audit it; ``about`` is what the reading is of. Raises 404 where nothing crossed."""
    try:
        proof = await prove(
            acting.session,
            acting.organisation_id,
            subject,
            key_bytes,
            link_id=link_id,
            with_bodies=with_bodies,
        )
    except LinkUnusable:
        raise unavailable() from None
    if proof is None:
        raise ApiProblem("not-found")
    kind, identity = about or ("exchange_subject", None if subject == "link" else UUID(subject))
    detail: dict[str, Any] = {"count": len(proof.messages), "with_bodies": with_bodies}
    await acting.audit("exchange.proved", kind, identity, detail)
    return proof
