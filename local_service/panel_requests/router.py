from fastapi import APIRouter

from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/panel-requests", tags=["panel requests"], route_class=StrictRoute)
