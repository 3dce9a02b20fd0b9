"""Every table of this service: importing the models is what puts them into the metadata."""

import service_kit.audit
import service_kit.exchange.models
import service_kit.idempotency  # noqa: F401 -- imported for its tables, as are the others
from panel_service.base import PanelBase
from panel_service.cases import models as cases
from panel_service.decisions import models as decisions
from panel_service.intake import models as intake
from panel_service.partnerships import models as partnerships
from service_kit.tables import KitBase

TABLES = (cases, decisions, intake, partnerships)
METADATA = (KitBase.metadata, PanelBase.metadata)
