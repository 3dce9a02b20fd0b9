from fastapi import APIRouter

from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/public", tags=["public register"], route_class=StrictRoute)
