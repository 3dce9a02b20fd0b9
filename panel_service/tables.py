"""Every table of this service: importing the models is what puts them into the metadata."""

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
from panel_service.base import PanelBase
from panel_service.by_hand import models as by_hand
from panel_service.cases import models as cases
from panel_service.decisions import models as decisions
from panel_service.improvements import models as improvements
from panel_service.information_requests import models as information_requests
from panel_service.intake import models as intake
from panel_service.letters import models as letters
from panel_service.meetings import models as meetings
from panel_service.members import models as members
from panel_service.national_reviews import models as national_reviews
from panel_service.partnerships import models as partnerships
from panel_service.public_register import models as public_register
from panel_service.publication_comments import models as publication_comments
from panel_service.queries import models as queries
from panel_service.reviewers import models as reviewers
from panel_service.statistics import models as statistics
from panel_service.views import models as views
from service_kit.tables import KitBase

TABLES = (
    by_hand,
    cases,
    decisions,
    improvements,
    information_requests,
    intake,
    letters,
    meetings,
    members,
    national_reviews,
    partnerships,
    public_register,
    publication_comments,
    queries,
    reviewers,
    statistics,
    views,
)
METADATA = (KitBase.metadata, PanelBase.metadata)
