"""One valid body for each message type: for the OpenAPI documents, and for whoever writes a receiver."""

from typing import Any

INCIDENT: dict[str, Any] = {
    "occurred_on": "2026-11-01",
    "location": {"in_england": True, "local_authority": "845", "description": "The family's flat"},
    "setting": "family_home",
    "nature": "serious_harm",
    "notification_limb": "s16c_1_a",
    "abuse_or_neglect": "suspected",
    "categories_of_abuse": ["PHY"],
    "summary": "An infant was brought to hospital with injuries that the explanations given do not fit.",
    "authority_became_aware_at": "2026-11-02T15:10:00Z",
    "information_received": [{"partner": "police", "received_at": "2026-11-02T14:30:00Z"}],
    "agencies": [{"agency_type": "police_force", "name": "Sussex Police", "police_force": "sussex", "knew_the_child": False}],
    "children": [
        {
            "index_child": True,
            "outcome": "seriously_harmed",
            "la_child_id": "EX000417",
            "nhs_number": "9434765919",
            "date_of_birth": "2026-06-20",
            "sex": "F",
            "ethnicity": "WBRI",
            "impairments": [{"kind": "physical_health", "severity": "serious"}],
        }
    ],
}  # fmt: skip
SECTIONS: dict[str, Any] = {
    "circumstances": {"narrative": "Bruising seen at eight weeks was recorded and not discussed."},
    "agency_involvement": {
        "agencies": [
            {
                "agency_type": "childrens_social_care",
                "name": "Children's social care",
                "involvement": "An assessment before birth ended with a child in need plan.",
            }
        ]
    },
    "immediate_learning": {
        "status": "shared",
        "items": [
            {
                "learning": "Bruising in a baby who is not mobile needs a same-day paediatric view.",
                "audience": "Health visitors, midwives and GP practices",
                "on": "2026-11-05",
            }
        ],
    },
    "decision_on_next_steps": {"decision": "Recommend a local review.", "decided_on": "2026-11-06"},
    "in_principle_view": {
        "view": "appropriate",
        "reasons": "Agencies can work together better around moves.",
    },
}
REPORT: dict[str, Any] = {
    "reviewers": ["An independent reviewer"],
    "improvements_summary": "One route for bruising in babies.",
    "systemic_analysis": "Transfer between areas was counted as closure; nobody answered for the plan as a whole.",
    "recommendations": [
        {
            "what": "Make one multi-agency pathway.",
            "owner": "The integrated care board",
            "by_when": "2027-06-30",
        }
    ],
}
CASE_ID = "01a19d01-e880-7d4e-8f60-718293a4b5c7"
NOTIFICATION: dict[str, Any] = {
    "version": 1,
    "case_id": CASE_ID,
    "partnership": {"code": "eastshire", "name": "Eastshire Safeguarding Children Partnership"},
    "rule_set": "consultation-2017",
    "notifier": {
        "name": "A. Notifier",
        "role": "Head of safeguarding",
        "email": "notifier@eastshire.example",
    },
    "incident": INCIDENT,
    "drafted_at": "2026-11-03T09:01:00Z",
    "authorised_at": "2026-11-03T09:12:33Z",
}
RAPID_REVIEW: dict[str, Any] = {
    "case_id": CASE_ID,
    "rule_set": "consultation-2017",
    "information_received_at": "2026-11-02T14:30:00Z",
    "completed_at": "2026-11-06T16:00:00Z",
    "sections": SECTIONS,
}
LOCAL_REVIEW_DECISION: dict[str, Any] = {
    "case_id": CASE_ID,
    "rule_set": "consultation-2017",
    "commissioned": True,
    "reasons": "Criterion (c) is met and the Panel agrees.",
    "decided_on": "2026-11-19",
}
LOCAL_REVIEW: dict[str, Any] = {
    "case_id": CASE_ID,
    "rule_set": "consultation-2017",
    "commissioned_on": "2026-11-19T10:00:00Z",
    "completed_at": "2027-04-20T10:00:00Z",
    "report": REPORT,
}
DECISION: dict[str, Any] = {
    "decision_id": "01a1eef7-f530-7b7a-8d12-3e4f5a6b7c8f",
    "panel_case_id": "01a19d02-0000-7d4e-8f60-718293a4b5c9",
    "decision_version": 1,
    "outcome": "local_review_more_appropriate",
    "complex": "may",
    "national_importance": "no",
    "criteria": [
        {"criterion": "reg_3_c", "answer": "yes", "reasons": "The theme recurs in what the Panel receives."}
    ],
    "circumstances": ["in_care_or_child_protection_plan"],
    "reasons": "The issues can be learnt from best where they arose.",
    "opinion_on_local_review": "agree",
    "opinion_reasons": "The Panel agrees with the partners' view in principle.",
    "decided_on": "2026-11-18",
    "decided_on_notification_version": 1,
    "decided_on_rapid_review": True,
}
LATER_DECISION: dict[str, Any] = DECISION | {
    "decision_version": 2,
    "supersedes_version": 1,
    "outcome": "thematic_candidate",
    "decided_on": "2026-12-02",
}
SET_ASIDE: dict[str, Any] = {"id": "01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01", "problem": "contradicts-record"}
DISCARDED: dict[str, Any] = {
    "id": "01a1a0ae-8063-7c3e-9a41-5b0f6f1d2a01",
    "hash": "eb8c1949f583591d7f2ca62f5379f25cd1ef128a194a641c5b8fc07e7ea8a86e",
    "reason": "recorded_twice",
}
KEY: dict[str, Any] = {
    "statement": "exchange-key/v1\nurn:uuid:01a05a43-fc00-7000-8000-00000000000a\n"
    "whpk_7UkoxijRwsbq6QM4kFmVYSlZJzpcY/k2NsFGFKyHN9E=\n"
    "c5b940ed3f65c391965de8295fc5d25f474fa57b48d36eb10ad363b8539c1b79\n\n"
    "\N{EM DASH} urn:uuid:01a05a43-fc00-7000-8000-00000000000a ZAp99KE0Qb7pIwi4F6dgXiE8tfjnz4EKo8RXpiE302QLd3rrIWRRi/WZ"
    "I5+mAryQUGUn9Okg88Lo/ZwGlKLorYTpwwY=\n"
    "\N{EM DASH} urn:uuid:01a05a43-fc00-7000-8000-00000000000a AWSsxqPDrJ9/3nE7+u0fySMgpbyYbNnTyZnV11DMoO5wEcQPeWi/sZpm"
    "+E3heROzN/m6q7e0GIhkyStYIgI5ehZG3QM=\n"
}
