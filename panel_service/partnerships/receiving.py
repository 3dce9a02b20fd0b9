"""The answer to a test exchange, as it comes."""

from sqlalchemy import select

from panel_service.partnerships.models import TestExchange
from panel_service.partnerships.service import partnership_of_party
from service_kit.acting import Acting
from service_kit.exchange.message_types import MessageType, ReceivedMessage, SetAside
from shared_schemas.messages.onboarding import TEST_ANSWERED, TestExchangeBody


async def apply_answer(acting: Acting, message: ReceivedMessage) -> None:
    """Record that a test came back, from the partnership it was sent to."""
    if not isinstance(message.data, TestExchangeBody):
        raise TypeError("a message of another type than an answered test")
    partnership = await partnership_of_party(acting, message.counterpart_party)
    if partnership is None:
        raise SetAside("contradicts-record")
    statement = (
        select(TestExchange)
        .where(
            TestExchange.organisation_id == acting.organisation_id,
            TestExchange.id == message.data.test_id,
            TestExchange.partnership_id == partnership.id,
            TestExchange.answered_at.is_(None),
        )
        .with_for_update()
    )
    test = (await acting.session.execute(statement)).scalar_one_or_none()
    if test is None:
        raise SetAside("contradicts-record")
    test.answered_at, test.answer_message_id = acting.now, message.id
    await acting.session.flush()
    detail = {"test": str(test.id), "message": str(message.id)}
    await acting.event("partnership.test_answered", "partnership", test.partnership_id, detail)


RECEIVES = (MessageType(TEST_ANSWERED, TestExchangeBody, apply_answer),)
