"""What one worker has leased of one link: what waits here for its turn, and how many requests are on their way."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from service_kit.exchange.batch_delivery import take_together
from service_kit.exchange.documents_named import NamedDocument
from service_kit.exchange.leases import IN_FLIGHT_A_LINK, Claimed
from service_kit.exchange.links import LinkKeys

WINDOW_MAX = 200
# An answer that takes longer ends the large claims: what is leased must be sent before its lease is over.
QUICK_MS = 500


@dataclass
class Waiting:
    """A leased message and the documents that go before it."""

    message: Claimed
    documents: Sequence[NamedDocument] = ()


@dataclass
class Lane:
    """``window`` is how many messages may be leased at once: it grows while the counterpart answers quickly."""

    keys: LinkKeys
    waiting: deque[Waiting] = field(default_factory=deque)
    requests: int = 0
    leased: int = 0
    window: int = IN_FLIGHT_A_LINK

    def next_request(self) -> list[Waiting]:
        """Take what goes in the next request; nothing while as many are under way as may be."""
        if not self.waiting or self.requests >= IN_FLIGHT_A_LINK:
            return []
        count = 1
        if self.keys.batch_max > 1 and not self.waiting[0].documents:
            alone = (at for at, one in enumerate(self.waiting) if one.documents)
            together = [one.message for one in list(self.waiting)[: next(alone, len(self.waiting))]]
            count = take_together(together, self.keys.batch_max)
        self.requests += 1
        return [self.waiting.popleft() for _ in range(count)]

    def settle(self, *, answered_in_ms: int | None) -> None:
        """Count a message as no longer leased here. ``answered_in_ms``: none where the counterpart did not answer."""
        self.leased -= 1
        if answered_in_ms is None or answered_in_ms > QUICK_MS:
            self.window = IN_FLIGHT_A_LINK
        else:
            self.window = min(self.window + 1, WINDOW_MAX)
