from fastapi import APIRouter

from service_kit.routes import StrictRoute

router = APIRouter(
    prefix="/v1/cases/{case_id}/national-reviews", tags=["national reviews"], route_class=StrictRoute
)
