from sqlalchemy import func, select

from local_service.assessments.models import Judgement, JudgementAnswer
from local_service.assessments.rules import assess
from local_service.assessments.schemas import (
    Assessment,
    AssessmentRead,
    ComputedAnswer,
    JudgementGiven,
    JudgementRead,
)
from local_service.cases.file import CaseFile, touch
from service_kit.acting import Acting
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.problems import ApiProblem
from shared_schemas.problems import ProblemError


async def give_judgement(
    acting: Acting, file: CaseFile, expected_version: int, given: JudgementGiven
) -> Judgement:
    """Record the authority's judgement beside the computed answer; refused only where a recorded fact negates it."""
    check_version(file.case.version, expected_version)
    if not file.is_open:
        raise ApiProblem("move-not-allowed", "The case is not open.", allowed=[])
    if given.judgement is JudgementAnswer.SERIOUS_CASE:
        refuse_negated(assess(file.incident))
    judgement = Judgement(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=file.case.id,
        version=await _next_version(acting, file),
        judgement=given.judgement,
        reasons=given.reasons,
        judged_by=acting.caller.principal_id,
        judged_at=acting.now,
    )
    acting.session.add(judgement)
    touch(acting, file.case)
    await acting.session.flush()
    detail = {"version": judgement.version, "judgement": judgement.judgement}
    await acting.event("assessment.judged", "case", file.case.id, detail)
    return judgement


def refuse_negated(assessment: Assessment) -> None:
    """Refuse (409) where a recorded fact keeps this from being a serious child safeguarding case (s16B(9))."""
    if assessment.answer is not ComputedAnswer.NOT_A_SERIOUS_CASE:
        return
    facts = assessment.negating_facts
    raise ApiProblem(
        "not-a-serious-case",
        " ".join(fact.statement for fact in facts),
        rule="; ".join(dict.fromkeys(fact.provision for fact in facts)),
        errors=[
            ProblemError(
                pointer=fact.pointer, code="negates_limb", detail=f"{fact.statement} ({fact.provision})"
            )
            for fact in facts
        ],
        allowed=["correct the recorded fact", "judge that it is not a serious case"],
    )


def show_assessment(file: CaseFile, judgement: Judgement | None) -> AssessmentRead:
    """Show the computed answer and beside it the latest judgement."""
    return AssessmentRead(
        computed=assess(file.incident),
        judgement=JudgementRead(
            judgement=JudgementAnswer(judgement.judgement),
            reasons=judgement.reasons,
            version=judgement.version,
            judged_by=judgement.judged_by,
            judged_at=judgement.judged_at,
        )
        if judgement
        else None,
    )


async def _next_version(acting: Acting, file: CaseFile) -> int:
    # The case's row is locked, so nobody else counts at the same time.
    statement = select(func.count()).where(
        Judgement.organisation_id == acting.organisation_id, Judgement.case_id == file.case.id
    )
    return (await acting.session.execute(statement)).scalar_one() + 1
