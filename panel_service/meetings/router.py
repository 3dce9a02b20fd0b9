from fastapi import APIRouter

from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/meetings", tags=["meetings"], route_class=StrictRoute)
