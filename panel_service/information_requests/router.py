from fastapi import APIRouter

from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/information-requests", tags=["information requests"], route_class=StrictRoute)
