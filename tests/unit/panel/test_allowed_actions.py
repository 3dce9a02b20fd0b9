from panel_service.cases.rules import allowed_actions


def test_the_first_step_is_a_decision() -> None:
    (step,) = allowed_actions(may_decide=True, decided=False, has_rapid_review=True)
    assert (step.action, step.allowed, step.remark) == ("record_decision", True, None)


def test_a_decision_already_made_is_superseded() -> None:
    (step,) = allowed_actions(may_decide=True, decided=True, has_rapid_review=True)
    assert step.action == "supersede_decision"


def test_without_the_rapid_review_reasons_are_asked_for() -> None:
    (step,) = allowed_actions(may_decide=True, decided=False, has_rapid_review=False)
    assert step.allowed
    assert "does not wait" in (step.remark or "")


def test_who_may_not_decide_is_told_so() -> None:
    (step,) = allowed_actions(may_decide=False, decided=False, has_rapid_review=True)
    assert not step.allowed
    assert "decisions:write" in (step.remark or "")


def test_a_recorded_decision_is_released_or_withdrawn() -> None:
    release, withdraw = allowed_actions(
        may_decide=True, may_release=False, decided=False, has_rapid_review=True, waits_for_release=True
    )
    assert (release.action, release.allowed) == ("release_decision", False)
    assert "decisions:release" in (release.remark or "")
    assert (withdraw.action, withdraw.allowed) == ("withdraw_decision", True)
