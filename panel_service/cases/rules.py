"""What the Panel may do with a case now, said with the reason, so that a screen need not guess."""

from panel_service.cases.schemas import AllowedAction

CONSIDERS = "Children Act 2004 s16B(1)"
NOTIFIES = "Children Act 2004 s16C(1)"


def allowed_actions(
    *,
    may_decide: bool,
    decided: bool,
    has_rapid_review: bool,
    may_release: bool = False,
    waits_for_release: bool = False,
    withdrawn: bool = False,
) -> list[AllowedAction]:
    """Name the steps that are the Panel's to take: a decision, its release, a later one that supersedes it."""
    if waits_for_release and not withdrawn:
        return [
            _step(
                "release_decision", "decisions:release", may_release, "Another person than recorded it does."
            ),
            _step("withdraw_decision", "decisions:write", may_decide),
        ]
    action = "supersede_decision" if decided else "record_decision"
    if not may_decide:
        return [
            AllowedAction(
                action=action, allowed=False, remark="The credential's roles do not include decisions:write."
            )
        ]
    if withdrawn:
        withdrew = "The local authority withdrew its notification."
        return [AllowedAction(action=action, allowed=False, remark=withdrew, rule=NOTIFIES)]
    remark = (
        None
        if has_rapid_review
        else "The rapid review has not been received: the decision must say why it does not wait for it."
    )
    return [AllowedAction(action=action, allowed=True, remark=remark, rule=CONSIDERS)]


def _step(action: str, scope: str, may: bool, remark: str | None = None) -> AllowedAction:
    if not may:
        remark = f"The credential's roles do not include {scope}."
    return AllowedAction(action=action, allowed=may, remark=remark, rule=CONSIDERS if may else None)
