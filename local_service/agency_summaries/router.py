from fastapi import APIRouter

from service_kit.routes import StrictRoute

router = APIRouter(
    prefix="/v1/cases/{case_id}/agency-summaries", tags=["agency summaries"], route_class=StrictRoute
)
