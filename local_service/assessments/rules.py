"""Is it a serious child safeguarding case? Answered from recorded facts alone (Children Act 2004 s16B(9)).

Abuse or neglect of a child is known or suspected, and the child has died or been seriously harmed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from local_service.assessments.schemas import Assessment, ComputedAnswer, Limb, LimbAnswer, LimbFact
from shared_schemas.children import ChildFacts, ChildOutcome
from shared_schemas.incidents import AbuseOrNeglect, IncidentFacts

ABUSE_OR_NEGLECT = "Children Act 2004 s16B(9)(a)"
DEATH_OR_SERIOUS_HARM = "Children Act 2004 s16B(9)(b)"
UNDER_18 = "Children Act 2004 s65(1)"

_ABUSE = {
    AbuseOrNeglect.KNOWN: (LimbAnswer.MET, "Abuse or neglect is known."),
    AbuseOrNeglect.SUSPECTED: (LimbAnswer.MET, "Abuse or neglect is suspected."),
    AbuseOrNeglect.NOT_YET_ASSESSED: (
        LimbAnswer.NOT_YET_KNOWN,
        "Whether abuse or neglect is known or suspected is not yet assessed.",
    ),
    AbuseOrNeglect.NEITHER: (LimbAnswer.NEGATED, "Abuse or neglect is neither known nor suspected."),
}
_OUTCOME = {
    ChildOutcome.DIED: (LimbAnswer.MET, "The child died."),
    ChildOutcome.SERIOUSLY_HARMED: (LimbAnswer.MET, "The child was seriously harmed."),
    ChildOutcome.NOT_YET_KNOWN: (
        LimbAnswer.NOT_YET_KNOWN,
        "Whether the child was seriously harmed is not yet known.",
    ),
    ChildOutcome.NOT_SERIOUSLY_HARMED: (LimbAnswer.NEGATED, "The child was not seriously harmed."),
}


_ANSWERS = {
    LimbAnswer.MET: ComputedAnswer.SERIOUS_CASE,
    LimbAnswer.NOT_YET_KNOWN: ComputedAnswer.NOT_YET_DETERMINABLE,
    LimbAnswer.NEGATED: ComputedAnswer.NOT_A_SERIOUS_CASE,
}
# From the least to the most that can be said for a limb.
_ORDER = (LimbAnswer.NEGATED, LimbAnswer.NOT_YET_KNOWN, LimbAnswer.MET)


@dataclass(frozen=True)
class _Person:
    """One of the incident's children, of whom each limb must be true of the same one."""

    age: LimbFact
    harm: list[LimbFact]

    @property
    def harmed(self) -> LimbAnswer:
        return _best(fact.answer for fact in self.harm)

    @property
    def is_child_harmed(self) -> LimbAnswer:
        return _worst((self.age.answer, self.harmed))

    def negating(self) -> list[LimbFact]:
        facts = [self.age, *(self.harm if self.harmed is LimbAnswer.NEGATED else [])]
        return [fact for fact in facts if fact.answer is LimbAnswer.NEGATED]


def assess(incident: IncidentFacts) -> Assessment:
    """Answer from the facts; only a recorded fact negates, what is not known leaves the answer open."""
    persons = [
        _Person(_age(number, child, incident.occurred_on), _harm(number, child))
        for number, child in enumerate(incident.children)
    ]
    limbs = [_abuse_or_neglect(incident), _under_18(persons), _died_or_seriously_harmed(persons)]
    return Assessment(
        answer=_ANSWERS[_worst(limb.answer for limb in limbs)],
        limbs=limbs,
        negating_facts=_negating_facts(limbs[0], limbs[2], persons),
    )


def eighteenth_birthday(date_of_birth: date) -> date:
    """The day at whose beginning the age of 18 is attained (Family Law Reform Act 1969 s9(1)).

    Who was born on 29 February attains it on 1 March where that year has no 29 February.
    """
    try:
        return date_of_birth.replace(year=date_of_birth.year + 18)
    except ValueError:
        return date(date_of_birth.year + 18, 3, 1)


def _negating_facts(abuse: Limb, harm: Limb, persons: Sequence[_Person]) -> list[LimbFact]:
    facts = list(abuse.facts) if abuse.answer is LimbAnswer.NEGATED else []
    if harm.answer is LimbAnswer.NEGATED:
        facts += [fact for person in persons for fact in person.negating()]
    return facts


def _abuse_or_neglect(incident: IncidentFacts) -> Limb:
    answer, statement = _ABUSE[incident.abuse_or_neglect]
    return Limb(
        code="abuse_or_neglect",
        title="Abuse or neglect of a child is known or suspected",
        provision=ABUSE_OR_NEGLECT,
        answer=answer,
        facts=[_fact("/incident/abuse_or_neglect", answer, statement, ABUSE_OR_NEGLECT)],
    )


def _under_18(persons: Sequence[_Person]) -> Limb:
    return Limb(
        code="child",
        title="The person was under 18 at the time of the incident",
        provision=UNDER_18,
        answer=_best(person.age.answer for person in persons),
        facts=[person.age for person in persons],
    )


def _died_or_seriously_harmed(persons: Sequence[_Person]) -> Limb:
    # An adult's death or harm is not a child's: both must be true of the same person.
    return Limb(
        code="death_or_serious_harm",
        title="The child has died or been seriously harmed",
        provision=DEATH_OR_SERIOUS_HARM,
        answer=_best(person.is_child_harmed for person in persons),
        facts=[fact for person in persons for fact in person.harm],
    )


def _age(position: int, child: ChildFacts, occurred_on: date) -> LimbFact:
    pointer = f"/incident/children/{position}"
    if child.unborn:
        return _fact(f"{pointer}/unborn", LimbAnswer.MET, "The child was not yet born.", UNDER_18)
    birth = f"{pointer}/date_of_birth"
    if child.date_of_birth is None:
        return _fact(birth, LimbAnswer.NOT_YET_KNOWN, "The date of birth is not known.", UNDER_18)
    if occurred_on >= eighteenth_birthday(child.date_of_birth):
        return _fact(birth, LimbAnswer.NEGATED, "The person was 18 or over at the incident.", UNDER_18)
    return _fact(birth, LimbAnswer.MET, "The person was under 18 at the incident.", UNDER_18)


def _harm(position: int, child: ChildFacts) -> list[LimbFact]:
    """The outcome, and each impairment: "serious or long-term", so either suffices, and the list is open."""
    pointer = f"/incident/children/{position}"
    impairments = [
        _fact(
            f"{pointer}/impairments/{number}",
            LimbAnswer.MET,
            "A serious or long-term impairment is recorded.",
            _provision_of(impairment.kind),
        )
        for number, impairment in enumerate(child.impairments)
    ]
    answer, statement = _OUTCOME[child.outcome]
    return [_fact(f"{pointer}/outcome", answer, statement, DEATH_OR_SERIOUS_HARM), *impairments]


def _provision_of(kind: str) -> str:
    if kind == "physical_health":
        return "Working Together to Safeguard Children: impairment of physical health"
    return 'Children Act 2004 s16B(9), "serious harm"'


def _fact(pointer: str, answer: LimbAnswer, statement: str, provision: str) -> LimbFact:
    return LimbFact(pointer=pointer, answer=answer, statement=statement, provision=provision)


def _best(answers: Iterable[LimbAnswer]) -> LimbAnswer:
    """One is enough."""
    return max(answers, key=_ORDER.index)


def _worst(answers: Iterable[LimbAnswer]) -> LimbAnswer:
    """All are needed."""
    return min(answers, key=_ORDER.index)
