"""The published vectors of the exchange protocol, and builders that start from them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared_schemas.exchange.envelope import write_message
from shared_schemas.exchange.headers import WEBHOOK_ID, WEBHOOK_SIGNATURE, WEBHOOK_TIMESTAMP
from shared_schemas.exchange.receipts import Receipt, ReceiptLine

SENDER_KEY = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
RECEIVER_KEY = Ed25519PrivateKey.from_private_bytes(b"\x02" * 32)
STRANGERS_KEY = Ed25519PrivateKey.from_private_bytes(b"\x03" * 32)
SECRET = bytes(range(32))

SENDER = UUID("01a05a43-fc00-7000-8000-00000000000a")
RECEIVER = UUID("01a05a43-fc00-7000-8000-00000000000b")
LINK = UUID("01a05a43-ffe8-7000-8000-00000000000c")
SUBJECT = UUID("01a19d01-e880-7d4e-8f60-718293a4b5c6")
PUSH_ID = UUID("01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01")
WEBHOOK_MESSAGE_ID = UUID("01a1eef7-f530-7b7a-8d12-3e4f5a6b7c8d")

PUSH = (
    b'{"specversion":"1.0","id":"01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01",'
    b'"source":"urn:uuid:01a05a43-fc00-7000-8000-00000000000a",'
    b'"type":"local.notification.v1","subject":"01a19d01-e880-7d4e-8f60-718293a4b5c6",'
    b'"time":"2026-11-03T09:12:33.123456Z",'
    b'"datacontenttype":"application/json",'
    b'"dataschema":"https://local.example/schemas/local.notification.v1.json",'
    b'"destination":"urn:uuid:01a05a43-fc00-7000-8000-00000000000b",'
    b'"streamsequence":1,"seensequence":0,"salt":"AAECAwQFBgcICQoLDA0ODw",'
    b'"data":{"version":1,"information_received_on":"2026-11-02","nature":"serious_harm",'
    b'"children":[{"index_child":true,"sex":"female"}]}}'
)
WEBHOOK = (
    b'{"specversion":"1.0","id":"01a1eef7-f530-7b7a-8d12-3e4f5a6b7c8d",'
    b'"source":"urn:uuid:01a05a43-fc00-7000-8000-00000000000b",'
    b'"type":"panel.decision.recorded.v1","subject":"01a19d01-e880-7d4e-8f60-718293a4b5c6",'
    b'"time":"2026-11-18T14:03:10.000500Z",'
    b'"datacontenttype":"application/json",'
    b'"dataschema":"https://panel.example/schemas/panel.decision.recorded.v1.json",'
    b'"destination":"urn:uuid:01a05a43-fc00-7000-8000-00000000000a",'
    b'"streamsequence":2,"seensequence":3,"salt":"EBESExQVFhcYGRobHB0eHw",'
    b'"data":{"decision_version":1,"outcome":"no_national_review","opinion_on_local_review":"agree",'
    b'"decided_on_notification_version":1}}'
)
PUSH_HASH = "eb8c1949f583591d7f2ca62f5379f25cd1ef128a194a641c5b8fc07e7ea8a86e"
PUSH_TIMESTAMP = 1793697154
ATTEMPTED_AT = datetime.fromtimestamp(PUSH_TIMESTAMP, UTC)
PUSH_V1A = "v1a,2uLWuOvlQhDMXiXXtHDTVva6TIqnABk6iL7SqQqr2fxNcorvME/tPIdj13i3GurkO5aeeFDIwzrZDjTr51jQBw=="
PUSH_V1 = "v1,u9XEGY23lBtJj0lGiwiSY5q+/NYTRL+dqc9OsAcD9EM="
RECEIPT_TEXT = (
    "exchange-receipt/v1\n"
    "01a05a43-ffe8-7000-8000-00000000000c\n"
    "urn:uuid:01a05a43-fc00-7000-8000-00000000000b\n"
    "2026-09-01T00:00:00Z\n"
    f"01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01 {PUSH_HASH} "
    "7b1f0c52-5a0e-4e0e-9f3b-2f4a9d6c8e11 2026-11-03T09:12:34.250000Z\n"
)
RECEIPT_NOTE = (
    f"{RECEIPT_TEXT}\n"
    "— urn:uuid:01a05a43-fc00-7000-8000-00000000000b "
    "xzfl9eKIZwG0NYobRjUOxT7rCe80lZk1OKgrP8mmUTg9ZPP7zwWUP37EECsQyivFYqmBJ7oixwQkgUqB74Zb7i7PzwU=\n"
)
PUSH_ROOT = "2ebb71f2513b9856840112d3ef0aa949e4013da26af2363107b8e9c48a93e4c4"
PUSH_AND_WEBHOOK_ROOT = "ec1d1d395db1c73149d462cc7528f6d5268b99f57af74d62da7af2b6b616b35e"

RECEIPT = Receipt(
    link=LINK,
    receiver=RECEIVER,
    epoch=datetime(2026, 9, 1, tzinfo=UTC),
    lines=(
        ReceiptLine(
            id=PUSH_ID,
            hash=PUSH_HASH,
            reference="7b1f0c52-5a0e-4e0e-9f3b-2f4a9d6c8e11",
            stored_at=datetime(2026, 11, 3, 9, 12, 34, 250_000, tzinfo=UTC),
        ),
    ),
)


def push_headers(signature: str = PUSH_V1A) -> dict[str, str]:
    return {
        WEBHOOK_ID: str(PUSH_ID),
        WEBHOOK_TIMESTAMP: str(PUSH_TIMESTAMP),
        WEBHOOK_SIGNATURE: signature,
    }


def push_with(**changes: Any) -> bytes:
    """The push of the vectors, written with other facts."""
    facts: dict[str, Any] = {
        "message_id": PUSH_ID,
        "source": SENDER,
        "message_type": "local.notification.v1",
        "subject": SUBJECT,
        "time": datetime(2026, 11, 3, 9, 12, 33, 123_456, tzinfo=UTC),
        "dataschema": "https://local.example/schemas/local.notification.v1.json",
        "destination": RECEIVER,
        "streamsequence": 1,
        "seensequence": 0,
        "salt": "AAECAwQFBgcICQoLDA0ODw",
        "data": {
            "version": 1,
            "information_received_on": "2026-11-02",
            "nature": "serious_harm",
            "children": [{"index_child": True, "sex": "female"}],
        },
    }
    return write_message(**facts | changes)
