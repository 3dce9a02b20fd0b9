"""Where a case stands at the Panel, from what has come and what was done. Derived in one place, stored for lists."""

from panel_service.cases.models import Case, CaseState

# States other than these are set by what ends a case; nothing here undoes them.
DERIVED = frozenset(
    {
        CaseState.AWAITING_RAPID_REVIEW,
        CaseState.AWAITING_DECISION,
        CaseState.AWAITING_INFORMATION,
        CaseState.AWAITING_RELEASE,
        CaseState.DECIDED,
    }
)


def standing_of(*, released: bool, recorded: bool, query_open: bool, has_rapid_review: bool) -> CaseState:
    """Give the state of a case (Children Act 2004 s16B(1)).

    A decision counts once it is released. Before that, "more information is needed" keeps the case open.
    """
    if released:
        return CaseState.DECIDED
    if recorded:
        return CaseState.AWAITING_RELEASE
    if query_open:
        return CaseState.AWAITING_INFORMATION
    return CaseState.AWAITING_DECISION if has_rapid_review else CaseState.AWAITING_RAPID_REVIEW


def set_standing(case: Case, state: CaseState) -> None:
    """Put a case into a derived state, unless it is in one that is not derived."""
    if case.state in DERIVED:
        case.state = state
