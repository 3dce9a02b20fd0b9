"""What the Panel may do with a case now, said with the reason, so that a screen need not guess."""

from panel_service.cases.schemas import AllowedAction

CONSIDERS = "Children Act 2004 s16B(1)"
NOTIFIES = "Children Act 2004 s16C(1)"


def allowed_actions(
    *, may_decide: bool, decided: bool, has_rapid_review: bool, withdrawn: bool = False
) -> list[AllowedAction]:
    """Name the one step that is the Panel's to take: a decision, or a later one that supersedes it."""
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
