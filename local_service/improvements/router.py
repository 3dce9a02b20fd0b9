from fastapi import APIRouter

from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/improvements", tags=["improvements"], route_class=StrictRoute)
