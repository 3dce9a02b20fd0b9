from dataclasses import dataclass
from uuid import UUID


@dataclass
class _Bucket:
    tokens: float
    at: float


class Rates:
    """A token bucket for each link: a steady rate, and a burst after a quiet time.

    It counts in this process alone, which bounds what one link can make a process do. Links are few and known, so
    the buckets need no clearing.
    """

    def __init__(self, *, per_second: float = 100, burst: float = 1000) -> None:
        self._per_second = per_second
        self._burst = burst
        self._buckets: dict[UUID, _Bucket] = {}

    def take(self, link_id: UUID, at: float) -> float:
        """Take one; give 0, or the seconds after which there is one again. ``at`` is a steady clock's seconds."""
        bucket = self._buckets.setdefault(link_id, _Bucket(self._burst, at))
        bucket.tokens = min(self._burst, bucket.tokens + max(0.0, at - bucket.at) * self._per_second)
        bucket.at = max(bucket.at, at)
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self._per_second
        bucket.tokens -= 1
        return 0.0
