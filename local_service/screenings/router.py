from fastapi import APIRouter

from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/screenings", tags=["screenings"], route_class=StrictRoute)
