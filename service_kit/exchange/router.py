"""The exchange as one router: the door of its links, and what those who run the service see and do."""

from fastapi import APIRouter

from service_kit.audit_tree import routes as checkpoint_routes
from service_kit.exchange import (
    alert_routes,
    delivery_log,
    document_route,
    key_route,
    operating,
    receiving_route,
)
from service_kit.exchange.collecting import routes as collecting_routes
from service_kit.exchange.letters import router as letters
from service_kit.exchange.proving import routes as proving
from service_kit.exchange.reconciling import operating as reconciliations
from service_kit.exchange.reconciling import routes as comparing
from service_kit.exchange.restoring import operating as restoring
from service_kit.exchange.restoring import returns_route

router = APIRouter(prefix="/v1/exchange", tags=["exchange"])
router.include_router(receiving_route.router)
router.include_router(document_route.router)
router.include_router(comparing.router)
router.include_router(operating.router)
router.include_router(returns_route.router)
router.include_router(restoring.router)
router.include_router(reconciliations.router)
router.include_router(delivery_log.router)
router.include_router(key_route.router)
router.include_router(collecting_routes.router)
router.include_router(checkpoint_routes.router)
router.include_router(proving.router)
router.include_router(letters.router)
router.include_router(alert_routes.router)
