"""A made-up incident, for the examples of the API's description. Its numbers are of the ranges kept for tests."""

from typing import Any

INCIDENT: dict[str, Any] = {
    "occurred_on": "2026-11-01",
    "occurred_at": "21:40:00",
    "location": {"in_england": True, "local_authority": "846", "description": "The family's flat"},
    "setting": "family_home",
    "nature": "serious_harm",
    "notification_limb": "s16c_1_a",
    "abuse_or_neglect": "suspected",
    "categories_of_abuse": ["PHY"],
    "perpetrator_relationships": ["partner_of_parent"],
    "summary": "An infant was brought to hospital with injuries that the account given does not explain.",
    "referral_source": "3E",
    "authority_became_aware_at": "2026-11-02T08:15:00Z",
    "information_received": [
        {"partner": "police", "received_at": "2026-11-01T23:05:00Z"},
        {"partner": "local_authority", "received_at": "2026-11-02T08:15:00Z"},
    ],
    "agencies": [
        {
            "agency_type": "police_force",
            "name": "Sussex Police",
            "police_force": "sussex",
            "knew_the_child": False,
        }
    ],
    "parallel_processes": ["criminal_investigation"],
    "children": [
        {
            "index_child": True,
            "outcome": "seriously_harmed",
            "la_child_id": "LA100234",
            "nhs_number": "943 476 5919",
            "first_name": "Rowan",
            "surname": "Example",
            "date_of_birth": "2026-07-14",
            "sex": "F",
            "ethnicity": "WBRI",
            "disabilities": ["NONE"],
            "harm_types": ["18C"],
            "impairments": [{"kind": "physical_health", "severity": "serious"}],
            "social_care_status": ["child_in_need"],
        }
    ],
}
