"""The bounds that both parties keep, so that what one may write the other will read."""

from datetime import timedelta
from typing import Final

BODY_MAX_BYTES: Final = 1024 * 1024
DEPTH_MAX: Final = 32
BATCH_MAX_MESSAGES: Final = 100
DOCUMENT_MAX_BYTES: Final = 100 * 1024 * 1024

# Of an answer this much is read at most, and this much kept with the attempt.
ANSWER_READ_MAX_BYTES: Final = 256 * 1024
ANSWER_KEPT_MAX_BYTES: Final = 4 * 1024

TIMESTAMP_TOLERANCE: Final = timedelta(seconds=300)
# A signature header or a signed note may hold more entries than this; the rest is not looked at.
SIGNATURES_MAX: Final = 8
# How far above the last applied number of its stream a message may be and still wait for its turn.
SEQUENCE_AHEAD_MAX: Final = 1_000

# CloudEvents 1.0 holds its type Integer to 32 bits.
SEQUENCE_MAX: Final = 2**31 - 1
# RFC 7493 section 2.2: beyond this a double no longer tells neighbouring integers apart.
NUMBER_MAX: Final = 2**53 - 1
