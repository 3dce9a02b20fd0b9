"""The names two parties must write alike on the wire."""

from typing import Final

WEBHOOK_ID: Final = "webhook-id"
WEBHOOK_TIMESTAMP: Final = "webhook-timestamp"
WEBHOOK_SIGNATURE: Final = "webhook-signature"

# Kept beside a message to follow it through both services; nothing is ever decided upon them.
TRACEPARENT: Final = "traceparent"
CORRELATION_ID: Final = "X-Correlation-ID"

MESSAGE_MEDIA_TYPE: Final = "application/cloudevents+json"
BATCH_MEDIA_TYPE: Final = "application/cloudevents-batch+json"
DATA_MEDIA_TYPE: Final = "application/json"
PROBLEM_MEDIA_TYPE: Final = "application/problem+json"
