"""Meetings of the Panel: when they may be held and minuted, and who takes no part in a case.

Children Act 2004 s16A leaves the Panel's proceedings to arrangements; no law states a quorum.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from uuid import UUID

from panel_service.meetings.models import MeetingState
from service_kit.moves import Refusal
from service_kit.problems import field_problem

PROCEEDINGS = "Children Act 2004 s16A: the Panel's proceedings"
RECUSAL = "Policy of the Panel: a member with an interest in a case takes no part in it"

MOVES: Mapping[str, tuple[str, ...]] = {
    MeetingState.PLANNED: ("set_agenda", "declare_interest", "hold"),
    MeetingState.HELD: ("declare_interest", "write_minutes", "approve_minutes"),
    MeetingState.MINUTES_APPROVED: (),
}


def quorum_of(setting: int | None, in_office: int) -> int:
    """Give how many members a meeting asks for: what is set, or more than half of those in office.

    No quorum is stated by law (s16A); that it was not met is recorded, and refuses nothing.
    """
    return setting if setting is not None else in_office // 2 + 1


def check_held_on(held_on: date, *, today: date) -> None:
    """Refuse to record a meeting as held before its day."""
    if held_on > today:
        raise field_problem("/present", "date_in_the_future", "The meeting's day has not come.")


def check_present(present: Sequence[UUID], in_office: Collection[UUID]) -> None:
    """Refuse as present whoever was not of the Panel that day (s16A)."""
    for position, member in enumerate(present):
        if member not in in_office:
            raise field_problem(
                f"/present/{position}", "not_in_office", "Not of the Panel on that day.", rule=PROCEEDINGS
            )


def why_no_approval(minutes: str | None) -> Refusal | None:
    """Why minutes cannot be approved, if so: they have not been written."""
    if minutes is not None:
        return None
    return Refusal("The minutes have not been written.", PROCEEDINGS, ("write_minutes",))


def check_deciders_at(
    deciders: Sequence[UUID], *, present: Collection[UUID], recused: Collection[UUID]
) -> None:
    """Refuse as deciding whoever was not present at the meeting, or is recused from the case (s16B(1), s16A)."""
    for position, member in enumerate(deciders):
        pointer = f"/decided_by_members/{position}"
        if member in recused:
            raise field_problem(
                pointer, "recused", "The member has an interest in the case and is recused.", rule=RECUSAL
            )
        if member not in present:
            raise field_problem(
                pointer, "not_present", "The member was not present at the meeting.", rule=PROCEEDINGS
            )


def check_names_of_deciders(names: Sequence[str], recused: Collection[str]) -> None:
    """Refuse as deciding, by name, a member who is recused from the case."""
    folded = {name.casefold() for name in recused}
    for position, name in enumerate(names):
        if name.casefold() in folded:
            raise field_problem(
                f"/decided_by/{position}",
                "recused",
                "The member has an interest in the case and is recused.",
                rule=RECUSAL,
            )


def why_decided_by_recused(
    deciders: Collection[UUID],
    names: Collection[str],
    *,
    recused: Collection[UUID],
    recused_names: Collection[str],
) -> Refusal | None:
    """Why a recorded decision cannot be released, if who made it has declared an interest since (s16A)."""
    folded = {name.casefold() for name in recused_names}
    if not set(deciders) & set(recused) and not {name.casefold() for name in names} & folded:
        return None
    return Refusal(
        "A member who decided has declared an interest in the case since: withdraw the decision.",
        RECUSAL,
        ("withdraw_decision",),
    )
