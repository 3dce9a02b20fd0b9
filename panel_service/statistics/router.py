from fastapi import APIRouter

from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/statistics", tags=["statistics"], route_class=StrictRoute)
