from fastapi import APIRouter

from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/national-reviews", tags=["national reviews"], route_class=StrictRoute)
