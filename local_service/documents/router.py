"""Documents: those of the organisation, and the one that is a local review's report."""

from fastapi import APIRouter

from local_service.documents import report
from service_kit.documents.router import router as organisations_documents

router = APIRouter()
router.include_router(organisations_documents)
router.include_router(report.router)
