"""Bodies of a test exchange: the Panel asks, the partnership's service answers by itself; nobody is named."""

from uuid import UUID

from shared_schemas.base import Facts
from shared_schemas.messages.entries import CataloguedMessage

TEST_ASKED = "panel.test_exchange.v1"
TEST_ANSWERED = "local.test_exchange.v1"
EXAMPLE = {"test_id": "01a05a43-fc00-7000-8000-0000000000e1"}


class TestExchangeBody(Facts):
    """A test message; its subject is the test's own id, so that it belongs to no case."""

    __test__ = False

    test_id: UUID


FROM_LOCAL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        TEST_ANSWERED,
        "A test exchange is answered",
        "The partnership's service answers a test message of the Panel by itself.",
        TestExchangeBody,
        EXAMPLE,
    ),
)
FROM_PANEL: tuple[CataloguedMessage, ...] = (
    CataloguedMessage(
        TEST_ASKED,
        "A test exchange is asked for",
        "Sent while a partnership is brought on to the exchange; answered by the same type of the other direction.",
        TestExchangeBody,
        EXAMPLE,
    ),
)
