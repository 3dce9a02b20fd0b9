"""Everything recorded on one case: what rules are asked about and what a reader is shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from local_service.assessments.models import Judgement
from local_service.cases.models import Case, CaseStatus, Child
from local_service.cases.schemas import LocalIncident
from local_service.local_reviews.models import LocalReview, LocalReviewDecisionRow
from local_service.notifications.models import Notification, NotificationState
from local_service.panel_decisions.models import PanelDecision
from local_service.rapid_reviews.models import RapidReview
from service_kit.acting import Acting
from service_kit.problems import ApiProblem


@dataclass(frozen=True)
class CaseFile:
    """A case with its parts as they were when read; lists run from the first version to the latest."""

    case: Case
    incident: LocalIncident
    judgement: Judgement | None = None
    notifications: Sequence[Notification] = ()
    rapid_review: RapidReview | None = None
    local_review_decisions: Sequence[LocalReviewDecisionRow] = ()
    local_review: LocalReview | None = None
    panel_decisions: Sequence[PanelDecision] = ()

    @property
    def is_open(self) -> bool:
        """Whether anything may still be done on it."""
        return self.case.status == CaseStatus.OPEN

    @property
    def draft(self) -> Notification | None:
        """The notification that waits to be authorised."""
        last = self.notifications[-1] if self.notifications else None
        return last if last is not None and last.state == NotificationState.DRAFT else None

    @property
    def sent_notifications(self) -> list[Notification]:
        """The versions that were sent: the first is the notification, the others correct it."""
        return [one for one in self.notifications if one.state == NotificationState.SENT]

    @property
    def local_review_decision(self) -> LocalReviewDecisionRow | None:
        """The partners' latest decision on a local review."""
        return self.local_review_decisions[-1] if self.local_review_decisions else None

    @property
    def panel_decision(self) -> PanelDecision | None:
        """The Panel's decision that stands."""
        return self.panel_decisions[-1] if self.panel_decisions else None


async def lock_file(acting: Acting, case_id: UUID) -> CaseFile:
    """Read a case to change it or its parts: its row stays locked until the transaction ends."""
    return await _open_file(acting, select(Case).where(Case.id == case_id).with_for_update())


async def read_file(acting: Acting, case_id: UUID) -> CaseFile:
    """Read a case. Raises 404 ``not-found``, also for another organisation's."""
    return await _open_file(acting, select(Case).where(Case.id == case_id))


async def open_file(session: AsyncSession, case: Case) -> CaseFile:
    """Read the parts of a case."""
    judgements = await _parts(session, Judgement, case, Judgement.version)
    rapid_reviews = await _parts(session, RapidReview, case, RapidReview.id)
    local_reviews = await _parts(session, LocalReview, case, LocalReview.id)
    return CaseFile(
        case=case,
        incident=compose_incident(case, await _parts(session, Child, case, Child.position)),
        judgement=judgements[-1] if judgements else None,
        notifications=await _parts(session, Notification, case, Notification.version),
        rapid_review=rapid_reviews[0] if rapid_reviews else None,
        local_review_decisions=await _parts(
            session, LocalReviewDecisionRow, case, LocalReviewDecisionRow.version
        ),
        local_review=local_reviews[0] if local_reviews else None,
        panel_decisions=await _parts(session, PanelDecision, case, PanelDecision.decision_version),
    )


def compose_incident(case: Case, children: Sequence[Child]) -> LocalIncident:
    """Put an incident together from its rows."""
    given = [{"id": child.id, "index_child": child.index_child, **child.facts} for child in children]
    return LocalIncident.model_validate({**case.incident, "children": given})


async def _open_file(acting: Acting, statement: Select[Case]) -> CaseFile:
    case = (await acting.session.execute(statement)).scalar_one_or_none()
    if case is None:
        raise ApiProblem("not-found")
    return await open_file(acting.session, case)


async def _parts(session: AsyncSession, model: Any, case: Case, order: Any) -> Sequence[Any]:
    statement = (
        select(model)
        .where(model.organisation_id == case.organisation_id, model.case_id == case.id)
        .order_by(order)
    )
    return (await session.execute(statement)).scalars().all()


def touch(acting: Acting, case: Case) -> None:
    """Count a case's version up: something on it has changed."""
    case.version += 1
    case.updated_at = acting.now
