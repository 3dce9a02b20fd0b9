"""Bringing about 130 partnerships of one local service on to the exchange, as an operator does once for each."""

from collections.abc import Sequence
from dataclasses import dataclass

from local_service.roles import ROLE_SCOPES as LOCAL_ROLES
from panel_service.roles import ROLE_SCOPES as PANEL_ROLES
from standalone.callers import Person
from standalone.context import StandaloneContext
from standalone.seed import PANEL, DemonstrationOrganisation, connect, make_organisation, settings_of
from standalone.year.plan import Area

LOCAL_KEYS = ("partnership_office", "notifier", "authoriser")
PANEL_KEYS = ("secretariat", "chair", "administrator")


@dataclass(frozen=True)
class Office:
    """The people of one partnership."""

    area: Area
    office: Person
    notifier: Person
    authoriser: Person


@dataclass(frozen=True)
class PanelStaff:
    """The people of the Panel."""

    secretariat: Person
    chair: Person
    administrator: Person


async def bring_on(context: StandaloneContext, areas: Sequence[Area]) -> tuple[dict[str, Office], PanelStaff]:
    """Make organisations, keys and links; give everybody's key."""
    local, panel = settings_of(context, "local"), settings_of(context, "panel")
    panel_card, keys = await make_organisation(panel, PANEL, PANEL_ROLES, {})
    staff = PanelStaff(*(Person(context.panel_url, role, keys[role]) for role in PANEL_KEYS))
    offices = {}
    for area in areas:
        organisation = DemonstrationOrganisation(area.code, area.name)
        roles = {role: LOCAL_ROLES[role] for role in LOCAL_KEYS}
        card, held = await make_organisation(local, organisation, roles, {})
        await connect(context, local, panel, organisation, card, panel_card)
        people = (Person(context.local_url, role, held[role]) for role in LOCAL_KEYS)
        offices[area.code] = Office(area, *people)
    return offices, staff


def register_members(staff: PanelStaff, areas: Sequence[Area]) -> None:
    """Tell the Panel's register which authority is a member of which partnership, by its own staff."""
    known = {area.code: area for area in areas}
    cursor = ""
    while True:
        page = staff.administrator.get(f"/v1/partnerships?limit=200{cursor}").body
        for partnership in page["items"]:
            area = known.get(partnership["code"])
            for authority in area.authorities if area else ():
                member = {
                    "kind": "local_authority",
                    "code": authority.dfe_code,
                    "name": authority.name,
                    "valid_from": "2019-09-29",
                }
                staff.secretariat.post(f"/v1/partnerships/{partnership['id']}/members", member)
        if not page["next_cursor"]:
            return
        cursor = f"&cursor={page['next_cursor']}"
