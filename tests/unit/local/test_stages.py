from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_service.cases.models import CaseStatus
from local_service.cases.stages import Progress, Stage, derive_stage

# What happened, from the first to the furthest, with the stage that it makes.
STEPS = {
    "notification_drafted": Stage.NOTIFICATION_DRAFTED,
    "notification_sent": Stage.NOTIFIED,
    "rapid_review_started": Stage.RAPID_REVIEW_IN_PROGRESS,
    "rapid_review_completed": Stage.RAPID_REVIEW_COMPLETE,
    "rapid_review_sent": Stage.RAPID_REVIEW_SENT,
    "panel_decided": Stage.PANEL_DECIDED,
    "local_review_commissioned": Stage.LOCAL_REVIEW_COMMISSIONED,
    "local_review_completed": Stage.LOCAL_REVIEW_COMPLETE,
}


def with_steps(progress: Progress, happened: Iterable[str]) -> Progress:
    steps: dict[str, Any] = dict.fromkeys(happened, True)
    return replace(progress, **steps)


def test_every_step_has_its_stage() -> None:
    assert [one.name for one in fields(Progress)] == ["status", *STEPS]
    assert derive_stage(Progress()) is Stage.RECORDED


@given(st.sets(st.sampled_from(list(STEPS))))
def test_the_furthest_step_names_the_stage(happened: set[str]) -> None:
    furthest = [stage for step, stage in STEPS.items() if step in happened][-1:]
    progress = with_steps(Progress(), happened)
    assert derive_stage(progress) is (furthest[0] if furthest else Stage.RECORDED)


@pytest.mark.parametrize("status", [status for status in CaseStatus if status is not CaseStatus.OPEN])
def test_a_case_that_is_not_open_says_so_whatever_happened(status: CaseStatus) -> None:
    progress = with_steps(Progress(status=status), STEPS)
    assert derive_stage(progress).value == status.value
