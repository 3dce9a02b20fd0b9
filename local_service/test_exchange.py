"""The Panel's test messages are answered by this service itself: they prove the way there and back."""

from service_kit.acting import Acting
from service_kit.exchange.message_types import MessageType, ReceivedMessage
from service_kit.exchange.outbox import send_message
from shared_schemas.messages.onboarding import TEST_ANSWERED, TEST_ASKED, TestExchangeBody


async def answer_test(acting: Acting, message: ReceivedMessage) -> None:
    """Answer a test message under its own subject; it is about no case."""
    await send_message(
        acting,
        link=message.link_id,
        subject=message.subject,
        type=TEST_ANSWERED,
        data=message.data.model_dump(mode="json"),
        # A name, never fetched: this runs where the service's own address is not at hand.
        dataschema=f"urn:practice-review-exchange:schemas:{TEST_ANSWERED}",
    )
    await acting.audit("test_exchange.answered", "exchange_message", message.id)


RECEIVES = (MessageType(TEST_ASKED, TestExchangeBody, answer_test),)
