"""The invented incident of the demonstration: realistic in shape, true of nobody."""

from datetime import UTC, datetime, timedelta
from typing import Any


def serious_incident(now: datetime) -> dict[str, Any]:
    """Give the facts of an incident of the day before ``now``, with two siblings."""
    yesterday = now - timedelta(days=1)
    received = yesterday.astimezone(UTC).replace(hour=16, minute=40, second=0, microsecond=0)
    born = yesterday.date() - timedelta(days=130)
    return {
        "occurred_on": yesterday.date().isoformat(),
        "location": {"in_england": True, "local_authority": "845", "description": "The family's flat"},
        "setting": "family_home",
        "nature": "serious_harm",
        "notification_limb": "s16c_1_a",
        "abuse_or_neglect": "suspected",
        "categories_of_abuse": ["PHY"],
        "perpetrator_relationships": ["unknown"],
        "summary": (
            "A four-month-old was brought to hospital by ambulance with a fractured skull and older rib fractures. "
            "The explanations given do not fit the injuries. An older sibling is with grandparents while enquiries go on."
        ),
        "referral_source": "3E",
        "authority_became_aware_at": (received + timedelta(minutes=35)).isoformat(),
        "information_received": [
            {"partner": "integrated_care_board", "received_at": received.isoformat()},
            {"partner": "police", "received_at": (received + timedelta(minutes=20)).isoformat()},
            {"partner": "local_authority", "received_at": (received + timedelta(minutes=35)).isoformat()},
        ],
        "agencies": [
            {
                "agency_type": "childrens_social_care",
                "name": "Children's social care",
                "knew_the_child": True,
            },
            {
                "agency_type": "police_force",
                "name": "Sussex Police",
                "police_force": "sussex",
                "knew_the_child": False,
            },
            {"agency_type": "nhs_foundation_trust", "name": "The maternity trust", "knew_the_child": True},
        ],
        "parallel_processes": ["criminal_investigation", "care_proceedings"],
        "children": [
            {
                "index_child": True,
                "outcome": "seriously_harmed",
                "la_child_id": "DEMO000417",
                "nhs_number": "9434765919",
                "first_name": "Robin",
                "surname": "Example",
                "date_of_birth": born.isoformat(),
                "sex": "F",
                "ethnicity": "WBRI",
                "disabilities": ["NONE"],
                "local_authority_of_residence": "845",
                "harm_types": ["18C"],
                "impairments": [{"kind": "physical_health", "severity": "serious"}],
                "social_care_status": ["child_in_need"],
                "school_status": "under_school_age",
            },
            {
                "index_child": False,
                "outcome": "not_seriously_harmed",
                "la_child_id": "DEMO000329",
                "first_name": "Sam",
                "surname": "Example",
                "date_of_birth": (born - timedelta(days=900)).isoformat(),
                "sex": "M",
                "social_care_status": ["child_in_need"],
            },
        ],
    }


def rapid_review_sections(now: datetime) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give the sections as two people save them one after the other."""
    day = now.date().isoformat()
    first = {
        "circumstances": {
            "narrative": (
                "The family moved twice in the pregnancy. A health visitor saw bruising at eight weeks; it was recorded "
                "and not discussed with anybody. The child was brought to hospital nine weeks later."
            )
        },
        "agency_involvement": {
            "agencies": [
                {
                    "agency_type": "childrens_social_care",
                    "name": "Children's social care",
                    "involvement": "An assessment before birth ended with a child in need plan.",
                    "concerns": "The plan was not reviewed after the second move.",
                },
                {
                    "agency_type": "nhs_foundation_trust",
                    "name": "The maternity trust",
                    "involvement": "Antenatal care, and health visiting until the incident.",
                    "good_practice": "The midwife shared her worries in writing with the health visitor.",
                    "concerns": "Bruising in a baby who cannot move by herself did not lead to a referral.",
                },
            ]
        },
    }
    second = {
        "immediate_learning": {
            "status": "shared",
            "items": [
                {
                    "learning": "Bruising in a baby not independently mobile always needs a same-day paediatric view.",
                    "audience": "Health visitors, midwives and GP practices",
                    "on": day,
                }
            ],
        },
        "criteria": [
            {
                "criterion": "reg_11_c",
                "answer": "yes",
                "reasons": "Maternity, health visiting and social care each held a part of the picture.",
            }
        ],
        "decision_on_next_steps": {
            "decision": "Recommend a local review; protect the sibling; audit all pre-birth plans after a move.",
            "decided_on": day,
        },
        "in_principle_view": {
            "view": "appropriate",
            "reasons": "How agencies worked together around moves can be improved beyond this family.",
        },
    }
    return first, second


def panel_decision(now: datetime) -> dict[str, Any]:
    """Give the Panel's decision: no national review, and a local one is more appropriate."""
    return {
        "outcome": "local_review_more_appropriate",
        "complex": "may",
        "national_importance": "no",
        "criteria": [
            {
                "criterion": "reg_3_c",
                "answer": "yes",
                "reasons": "Bruising in babies who are not mobile recurs in what partnerships send the Panel.",
            }
        ],
        "reasons": "The issues are important and recurrent; they can be learnt from best where they arose.",
        "opinion_on_local_review": "agree",
        "opinion_reasons": "The Panel agrees with the partners' view in principle.",
        "decided_on": now.date().isoformat(),
        "decided_by": ["The chair, for the Panel"],
        "meeting": "Weekly case meeting",
    }


def local_review_report(now: datetime) -> dict[str, Any]:
    """Give the report of the local review, with both parts of SI 2018/789 reg 15."""
    return {
        "reviewers": ["An independent reviewer"],
        "improvements_summary": "One route for bruising in babies; plans re-read within five days of any move.",
        "systemic_analysis": (
            "Each agency closed its part of the plan when the family left its area, since transfer was counted as closure; "
            "nobody was answerable for the plan as a whole."
        ),
        "recommendations": [
            {
                "what": "Make one multi-agency pathway for bruising in babies who are not mobile.",
                "owner": "The integrated care board",
                "by_when": (now.date() + timedelta(days=120)).isoformat(),
            }
        ],
    }
