from fastapi import APIRouter

from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/triage", tags=["triage"], route_class=StrictRoute)
