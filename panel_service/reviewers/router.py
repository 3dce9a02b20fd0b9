from fastapi import APIRouter

from service_kit.routes import StrictRoute

router = APIRouter(prefix="/v1/reviewers", tags=["reviewers"], route_class=StrictRoute)
