"""Every table of this service: importing the models is what puts them into the metadata."""

import local_service.agency_summaries.models
import local_service.assessments.models
import local_service.case_course.models
import local_service.cases.models
import local_service.delivery_alerts.models
import local_service.duplicates.models
import local_service.duties.models
import local_service.improvements.models
import local_service.information_requests.models
import local_service.learning.models
import local_service.local_reviews.course_models
import local_service.local_reviews.models
import local_service.local_reviews.report_document
import local_service.national_reviews.models
import local_service.notifications.models
import local_service.panel_decisions.models
import local_service.panel_requests.models
import local_service.queries.models
import local_service.rapid_reviews.addenda
import local_service.rapid_reviews.models
import local_service.rapid_reviews.view_models
import local_service.screenings.models
import local_service.withdrawals.models  # noqa: F401 -- imported for its tables, as are the others
import service_kit.audit
import service_kit.audit_tree.models
import service_kit.documents.models
import service_kit.exchange.alerts
import service_kit.exchange.collecting.models
import service_kit.exchange.document_models
import service_kit.exchange.key_models
import service_kit.exchange.letters.models
import service_kit.exchange.models
import service_kit.exchange.reconciling.models
import service_kit.exchange.restoring.models
import service_kit.feed
import service_kit.idempotency
import service_kit.webhooks.models  # noqa: F401 -- imported for its tables, as are the others
from local_service.base import LocalBase
from service_kit.tables import KitBase

METADATA = (KitBase.metadata, LocalBase.metadata)
