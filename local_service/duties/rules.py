"""When reasons for lateness may be given."""

from service_kit.clock.duties import ComputedDuty, DutyStatus
from service_kit.moves import Refusal


def why_no_lateness(duty: ComputedDuty) -> Refusal | None:
    """Why there is no lateness to explain, if so: no law stops a clock, so only a date that has passed is late."""
    if duty.status is DutyStatus.OVERDUE:
        return None
    return Refusal("The duty is not overdue: reasons are given for what is late.", duty.explanation.provision)
