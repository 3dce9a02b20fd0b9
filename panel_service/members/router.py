from fastapi import APIRouter

from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/members", tags=["members"], route_class=StrictRoute)
