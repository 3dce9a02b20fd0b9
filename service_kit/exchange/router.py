"""The exchange as one router: the door of its links, and what those who run the service see and do."""

from fastapi import APIRouter

from service_kit.exchange import delivery_log, document_route, operating, receiving_route

router = APIRouter(prefix="/v1/exchange", tags=["exchange"])
router.include_router(receiving_route.router)
router.include_router(document_route.router)
router.include_router(operating.router)
router.include_router(delivery_log.router)
