"""What is counted of a notification: the index child's characteristics, in the published table's own words."""

from collections.abc import Mapping, Sequence
from datetime import date

from panel_service.cases.pseudonymised import age_band
from shared_schemas.children import ChildFacts
from shared_schemas.code_lists import code_list
from shared_schemas.incidents import IncidentFacts
from shared_schemas.reference import local_authority_by_dfe_code

NOT_KNOWN = "Not known"
OUTSIDE_ENGLAND = "Outside England"
# The first letter of the census code groups it, but for these.
_ETHNIC_GROUPS = {"W": "White", "M": "Mixed", "A": "Asian", "B": "Black", "O": "Other", "C": "Asian"}
_ETHNIC_EXCEPTIONS = {"REFU": NOT_KNOWN, "NOBT": NOT_KNOWN, "BOTH": "Black", "OOTH": "Other", "CHNE": "Asian"}


def counted_facts(incident: IncidentFacts, notified_on: date) -> Mapping[str, object]:
    """Give the columns of one counted notification (Department for Education, serious incident notifications).

    Characteristics are those of one child, the index child, as at the time of notification.
    """
    child = next(child for child in incident.children if child.index_child)
    return {
        "notified_on": notified_on,
        "nature": _title("nature_of_notification", incident.nature),
        "region": _region(incident),
        "age_band": _title("age_band", age_band(child, incident.occurred_on)),
        "sex": _title("sex", child.sex),
        "ethnicity": ethnic_group(child.ethnicity),
        "disability": _disability(child.disabilities),
        "placement_type": _title("placement_type", child.placement_type),
        "looked_after": _yes_no(child, "looked_after"),
        "child_in_need_plan": _yes_no(child, "child_in_need"),
        "child_protection_plan": _yes_no(child, "child_protection_plan"),
        "known_to_any_agency": _known(incident),
    }


def ethnic_group(code: str | None) -> str:
    """Give the published group of a children in need census code."""
    if code is None:
        return NOT_KNOWN
    return _ETHNIC_EXCEPTIONS.get(code) or _ETHNIC_GROUPS.get(code[0], NOT_KNOWN)


def _title(list_name: str, code: str | None) -> str:
    if code is None:
        return NOT_KNOWN
    return code_list(list_name).titles.get(code, NOT_KNOWN)


def _region(incident: IncidentFacts) -> str:
    if not incident.location.in_england:
        return OUTSIDE_ENGLAND
    authority = local_authority_by_dfe_code(incident.location.local_authority or "")
    return authority.region if authority else NOT_KNOWN


def _disability(codes: Sequence[str]) -> str:
    if not codes:
        return NOT_KNOWN
    return "No" if list(codes) == ["NONE"] else "Yes"


def _yes_no(child: ChildFacts, status: str) -> str:
    if not child.social_care_status:
        return NOT_KNOWN
    return "Yes" if status in child.social_care_status else "No"


def _known(incident: IncidentFacts) -> str:
    if not incident.agencies:
        return NOT_KNOWN
    return "Yes" if any(agency.knew_the_child for agency in incident.agencies) else "No"
