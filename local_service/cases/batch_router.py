from typing import Annotated

from fastapi import APIRouter, Response

from local_service.cases.batch import BatchResult, CaseBatch, put_batch
from local_service.deps import SettingsDep
from service_kit.acting import Acting, Requires
from service_kit.idempotency import OnceDep
from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/batch", tags=["cases"], route_class=StrictRoute)


@router.post("", summary="Record or update many cases", response_model=BatchResult)
async def post_batch(
    body: CaseBatch, acting: Annotated[Acting, Requires("cases:write")], once: OnceDep, settings: SettingsDep
) -> Response:
    """Record up to 200 cases under your own references, or bring them up to date; one answer for each record.

    One record that is refused refuses no other: look at each `status`. The answer is 200 in any case.
    """
    return await once.answer(await put_batch(acting, settings, body), status=200)
