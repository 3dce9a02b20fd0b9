"""The exchange as one router: the door of its links, and what those who run the service see and do."""

from fastapi import APIRouter

from service_kit.exchange import delivery_log, document_route, key_route, operating, receiving_route
from service_kit.exchange.collecting import routes as collecting_routes

router = APIRouter(prefix="/v1/exchange", tags=["exchange"])
router.include_router(receiving_route.router)
router.include_router(document_route.router)
router.include_router(operating.router)
router.include_router(key_route.router)
router.include_router(collecting_routes.router)
router.include_router(delivery_log.router)
