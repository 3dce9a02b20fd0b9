"""When the Panel may decide, and what a decision rests on. The decision is the Panel's alone (CA2004 s16B(1))."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from panel_service.cases.models import CaseState
from panel_service.decisions.models import DecisionState
from service_kit.clock.working_days import london_date
from service_kit.identity import Caller
from service_kit.moves import Refusal, why_no_move
from service_kit.problems import ApiProblem, field_problem
from shared_schemas.panel_decisions import DecisionFacts

CONSIDERS = "Children Act 2004 s16B(1)"
FOUR_EYES = "Policy of the Panel: four eyes"

# What may be done with a recorded decision. It is never changed: a later one supersedes it.
MOVES: Mapping[str, tuple[str, ...]] = {
    DecisionState.RECORDED: ("release_decision", "withdraw_decision"),
    DecisionState.RELEASED: (),
    DecisionState.WITHDRAWN: (),
}


def why_no_recording(waiting: int | None) -> Refusal | None:
    """Why no decision can be recorded, if one waits for its release (s16B(1)): it is released or withdrawn first."""
    if waiting is None:
        return None
    return Refusal(
        f"Version {waiting} is recorded and not released: release it or withdraw it first.",
        CONSIDERS,
        MOVES[DecisionState.RECORDED],
    )


def why_no_release(state: DecisionState, move: str) -> Refusal | None:
    """Why a decision cannot be released or withdrawn, if so: both are for what is recorded and has not left."""
    return why_no_move(MOVES, state, move, of="The decision", rule=CONSIDERS)


def why_not_this_person(
    caller: Caller,
    first: UUID | None,
    *,
    four_eyes: bool,
    what: str = "recorded the decision",
    act: str = "release it",
) -> Refusal | None:
    """Why this caller cannot be the second person, if so: a person is needed and, under the policy, another one."""
    if not caller.is_person:
        return Refusal(
            "A person does this; this credential is a system's.", FOUR_EYES, problem="second-person-required"
        )
    if four_eyes and first == caller.principal_id:
        return Refusal(f"Whoever {what} cannot {act}.", FOUR_EYES, problem="second-person-required")
    return None


def check_nothing_came(read: int | None, now_held: int) -> None:
    """Refuse a release where more has come since the decision was recorded (s16B(1)): it rests on less than is known.

    Raises 412: withdraw it and record it anew.
    """
    if read is not None and now_held > read:
        raise ApiProblem(
            "precondition-failed",
            "Documents have come since the decision was recorded: withdraw it, read them and record it anew.",
            rule=CONSIDERS,
            allowed=["withdraw_decision"],
        )


def texts_of(given: DecisionFacts) -> dict[str, str | None]:
    """Give what of a decision people wrote and the partnership is sent, by pointer."""
    criteria = {f"/criteria/{number}/reasons": one.reasons for number, one in enumerate(given.criteria)}
    return {"/reasons": given.reasons, "/opinion_reasons": given.opinion_reasons, **criteria}


NOTIFIES = "Children Act 2004 s16C(1)"


def why_no_decision(state: CaseState) -> Refusal | None:
    """Why nothing can be decided, if so: the local authority withdrew its notification (s16C(1))."""
    if state is CaseState.WITHDRAWN:
        return Refusal("The local authority withdrew its notification: there is nothing to decide.", NOTIFIES)
    return None


def check_rapid_review(*, received: bool, reasons_not_to_wait: str | None) -> None:
    """Refuse a decision that neither rests on the rapid review nor says why it does not wait for it.

    The Panel considers the findings and then advises the partners (Working Together consultation 2017); nothing
    in s16B makes it wait, so reasons on record suffice.
    """
    if received or reasons_not_to_wait is not None:
        return
    raise ApiProblem(
        "move-not-allowed",
        "The rapid review has not been received: wait for it, or say in decided_without_rapid_review_reasons why not.",
        rule=CONSIDERS,
        allowed=["wait for the rapid review", "give decided_without_rapid_review_reasons"],
    )


def check_decided_on(decided_on: date, *, received_at: datetime, now: datetime) -> None:
    """Refuse a date of decision in the future, or before the case was received (dates of Europe/London)."""
    if decided_on > london_date(now):
        raise field_problem("/decided_on", "in_the_future", "Must not lie in the future.")
    if decided_on < london_date(received_at):
        raise field_problem(
            "/decided_on",
            "before_receipt",
            "Must not lie before the notification was received.",
            rule=CONSIDERS,
        )
