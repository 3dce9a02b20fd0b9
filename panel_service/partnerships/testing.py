"""A test exchange: before anything depends on a link, a message goes there and its answer comes back."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from panel_service.partnership_link import send_to_partnership
from panel_service.partnerships.models import TestExchange
from panel_service.partnerships.schemas import TestExchangeRead
from panel_service.partnerships.service import find_partnership
from panel_service.settings import PanelSettings
from service_kit.acting import Acting
from service_kit.exchange.status import is_receipted
from service_kit.ids import new_id
from service_kit.problems import ApiProblem
from shared_schemas.messages.onboarding import TEST_ASKED, TestExchangeBody


async def start_test(acting: Acting, settings: PanelSettings, partnership_id: UUID) -> TestExchange:
    """Send a test message. Raises 404, 409 for a partnership without a link."""
    partnership = await find_partnership(acting, partnership_id)
    if partnership.link_id is None:
        raise ApiProblem(
            "move-not-allowed",
            "The partnership has no link yet; an administrator adds it.",
            allowed=["add the link with the command peer add"],
        )
    test_id = new_id()
    message_id = await send_to_partnership(
        acting,
        settings,
        link=partnership.link_id,
        subject=test_id,
        message_type=TEST_ASKED,
        body=TestExchangeBody(test_id=test_id),
    )
    test = TestExchange(
        organisation_id=acting.organisation_id,
        id=test_id,
        partnership_id=partnership_id,
        message_id=message_id,
        started_by=acting.caller.principal_id,
        started_at=acting.now,
    )
    acting.session.add(test)
    await acting.session.flush()
    await acting.event("partnership.test_started", "partnership", partnership_id, {"test": str(test_id)})
    return test


async def tests_of(acting: Acting, partnership_id: UUID) -> Sequence[TestExchange]:
    """Give a partnership's last 50 tests, the latest first. Raises 404."""
    await find_partnership(acting, partnership_id)
    statement = (
        select(TestExchange)
        .where(
            TestExchange.organisation_id == acting.organisation_id,
            TestExchange.partnership_id == partnership_id,
        )
        .order_by(TestExchange.id.desc())
        .limit(50)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def show_test(acting: Acting, test: TestExchange) -> TestExchangeRead:
    """Show a test: receipted is what the outbox says."""
    receipted = await is_receipted(acting.session, acting.organisation_id, test.message_id)
    return TestExchangeRead(
        id=test.id,
        partnership_id=test.partnership_id,
        started_at=test.started_at,
        message_id=test.message_id,
        receipted=receipted,
        answered_at=test.answered_at,
        succeeded=receipted and test.answered_at is not None,
    )
