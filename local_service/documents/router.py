from fastapi import APIRouter

from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/documents", tags=["documents"], route_class=StrictRoute)
