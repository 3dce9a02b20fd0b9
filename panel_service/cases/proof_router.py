"""What proves that a case's messages crossed, for those who may read the case whole."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from panel_service.cases.service import find_case
from service_kit.acting import Acting, Requires
from service_kit.exchange.proving.routes import prove_audited
from service_kit.problems import ApiProblem
from shared_schemas.exchange.proofs import Proof

router = APIRouter(prefix="/v1/cases", tags=["cases"])


@router.get("/{case_id}/proof", summary="Prove what crossed about a case")
async def get_proof(
    request: Request,
    case_id: UUID,
    acting: Annotated[Acting, Requires("cases:read", "exchange:read")],
    *,
    with_bodies: Annotated[
        bool, Query(description="With each message's exact bytes: what was said about children.")
    ] = False,
) -> Proof:
    """Give every message of the case with its receipt, as one file that anybody with the public keys can check.

    Keep the answer as it is, and check it with `python -m shared_schemas.verify_proof FILE --key …`. Every reading
    is audited. 404 too for a case that came by hand.
    """
    case = await find_case(acting, case_id)
    if case.link_id is None:
        raise ApiProblem("not-found")
    return await prove_audited(
        acting,
        request.app.state.settings.key_bytes(),
        str(case.exchange_reference),
        link_id=case.link_id,
        with_bodies=with_bodies,
        about=("case", case.id),
    )
