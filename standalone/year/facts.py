"""The facts of a planned case as its partnership writes them; realistic in shape, true of nobody."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from standalone.year.plan import PlannedCase

BRUISING = (
    "Bruising in a baby who is not independently mobile needs a same-day view by a paediatrician and a discussion "
    "between the agencies that hold a part of the picture."
)


def incident(case: PlannedCase, now: datetime) -> dict[str, Any]:
    """Give the facts of an incident two days before ``now``."""
    day = (now - timedelta(days=2)).date()
    received = datetime.combine(day, time(10, 15), UTC)
    died = case.nature == "child_death"
    return {
        "occurred_on": day.isoformat(),
        "location": {"in_england": True, "local_authority": case.authority.dfe_code},
        "setting": "family_home",
        "nature": case.nature,
        "notification_limb": "s16c_1_a",
        "abuse_or_neglect": "suspected",
        "categories_of_abuse": ["PHY"],
        **({"cause_of_death": "unknown"} if died else {}),
        "summary": BRUISING
        if case.is_bruising
        else f"An invented incident, number {case.number} of the year.",
        "referral_source": "3E",
        "authority_became_aware_at": (received + timedelta(hours=1)).isoformat(),
        "information_received": [
            {"partner": partner, "received_at": (received + timedelta(hours=hours)).isoformat()}
            for hours, partner in enumerate(("police", "local_authority", "integrated_care_board"))
        ],
        "agencies": [
            {
                "agency_type": "childrens_social_care",
                "name": "Social care",
                "knew_the_child": case.number % 3 > 0,
            }
        ],
        "children": [
            {
                "index_child": True,
                "outcome": "died" if died else "seriously_harmed",
                **({"date_of_death": day.isoformat()} if died else {}),
                "la_child_id": f"YEAR{case.number:06}",
                "first_name": "Invented",
                "surname": f"Number {case.number}",
                "date_of_birth": (day - timedelta(days=case.days_of_age)).isoformat(),
                "sex": case.sex,
                "ethnicity": case.ethnicity,
                "disabilities": ["NONE"] if case.number % 4 else ["LD"],
                "local_authority_of_residence": case.authority.dfe_code,
                "harm_types": ["18C"],
                "social_care_status": ["looked_after"] if case.looked_after else ["child_in_need"],
                "placement_type": "foster_carers" if case.looked_after else "living_at_home",
            }
        ],
    }


def rapid_review(case: PlannedCase, now: datetime) -> dict[str, Any]:
    """Give the sections that the consultation of 2017 asks for."""
    day = now.date().isoformat()
    return {
        "circumstances": {"narrative": "What could readily be established, in two paragraphs."},
        "agency_involvement": {
            "agencies": [
                {
                    "agency_type": "childrens_social_care",
                    "name": "Social care",
                    "involvement": "An assessment in the year before.",
                }
            ]
        },
        "immediate_learning": {
            "status": "shared",
            "items": [
                {
                    "learning": BRUISING if case.is_bruising else "Ask twice, and write down who was told.",
                    "audience": "All agencies of the area",
                    "on": day,
                }
            ],
        },
        "decision_on_next_steps": {
            "decision": "Decide on a local review with the Panel's view.",
            "decided_on": day,
        },
        "in_principle_view": {
            "view": "appropriate" if case.is_reviewed_locally else "not_appropriate",
            "reasons": "As the findings say.",
        },
    }


def decision(case: PlannedCase, now: datetime) -> dict[str, Any]:
    """Give the Panel's decision."""
    return {
        "outcome": "local_review_more_appropriate" if case.is_reviewed_locally else "no_national_review",
        "complex": "no",
        "national_importance": "no",
        "criteria": [
            {"criterion": "reg_3_c", "answer": "may" if case.is_bruising else "no", "reasons": "As sent."}
        ],
        "reasons": "What can be learnt is learnt best where it arose.",
        "opinion_on_local_review": "agree",
        "opinion_reasons": "The partners' reasons bear it out.",
        "decided_by": ["The chair, for the Panel"],
        "decided_on": now.date().isoformat(),
    }


def report(now: datetime, reviewer: str) -> dict[str, Any]:
    """Give a local review's report with both parts of SI 2018/789 reg 15."""
    return {
        "reviewers": [reviewer],
        "improvements_summary": BRUISING,
        "systemic_analysis": "Each agency held a part of the picture; no process put the parts together.",
        "recommendations": [
            {
                "what": BRUISING,
                "owner": "The safeguarding partners",
                "by_when": (now + timedelta(days=120)).date().isoformat(),
            }
        ],
    }
