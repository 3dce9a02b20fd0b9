from datetime import timedelta

# 5 s, 30 s, 2 min, 10 min, 30 min, 2 h, and from then on every 4 h, without end.
DELAYS = tuple(timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 7200, 14_400))
SPREAD = 0.2
# Between the probes of a link whose breaker is open: doubled by each that fails.
FIRST_WAIT_SECONDS = 30.0
LONGEST_WAIT_SECONDS = 900.0


def retry_delay(attempts: int, jitter: float) -> timedelta:
    """How long to wait after the given number of failed attempts (1 or more).

    ``jitter`` is a random number from 0 to 1: it spreads the delay by a fifth both ways, so that what failed
    together does not come back together.
    """
    delay = DELAYS[min(max(attempts, 1), len(DELAYS)) - 1]
    return delay * (1 - SPREAD + 2 * SPREAD * jitter)
