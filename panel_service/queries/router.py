from fastapi import APIRouter

from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/cases/{case_id}/queries", tags=["queries"], route_class=StrictRoute)
