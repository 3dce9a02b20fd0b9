"""Telling the partnerships concerned of an improvement, on their links."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from panel_service.cases.models import Case
from panel_service.improvements.addressees import add_concerned, addressees_of, open_links
from panel_service.improvements.evidence import check_names
from panel_service.improvements.models import Concern, Improvement, ImprovementAddressee
from panel_service.improvements.rules import why_no_move
from panel_service.improvements.schemas import Addressing
from panel_service.improvements.service import lock_improvement, move
from panel_service.partnership_link import send_to_partnership
from panel_service.partnerships.service import partnerships_by_id
from panel_service.settings import PanelSettings
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.etags import check_version
from service_kit.moves import refuse
from shared_schemas.messages.improvements import IMPROVEMENT_IDENTIFIED, ImprovementIdentifiedBody


async def address(
    acting: Acting, settings: PanelSettings, improvement_id: UUID, expected: int, given: Addressing
) -> Improvement:
    """Tell every partnership concerned that has an open link; the others are to be told by hand.

    Concerned are those it is addressed to, those whose cases are evidence, and those chosen. Nothing about a child
    goes with it: the text is held against the children's names.
    """
    improvement = await lock_improvement(acting, improvement_id)
    check_version(improvement.version, expected)
    refuse(why_no_move(improvement.state, "address"))
    # Once more, since a later version of a notification may have named a child.
    await check_names(acting, improvement.id, {"/what": improvement.what, "/why": improvement.why})
    cases = await add_concerned(acting, improvement, given.partnership_ids)
    addressees = await addressees_of(acting, improvement.id)
    wanted = {entry.partnership_id for entry in addressees if entry.partnership_id is not None}
    partnerships = await partnerships_by_id(acting, wanted)
    links = await open_links(acting, partnerships.values())
    by_link = [(links[entry.partnership_id], entry) for entry in addressees if entry.partnership_id in links]
    for link, addressee in sorted(by_link, key=lambda pair: pair[0]):
        await _tell(acting, settings, improvement, addressee, link, cases)
    improvement.addressed_at = acting.now
    counts = {"by_message": len(by_link), "by_hand": len(addressees) - len(by_link)}
    return await move(acting, improvement, "address", counts)


async def _tell(
    acting: Acting,
    settings: PanelSettings,
    improvement: Improvement,
    addressee: ImprovementAddressee,
    link: UUID,
    cases: Mapping[UUID, Sequence[Case]],
) -> None:
    """Send it about the partnership's first case that is evidence; without one it is a subject of its own.

    A case that came by hand has a reference of the Panel's alone, which would tell the partnership nothing.
    """
    known = cases.get(addressee.partnership_id, []) if addressee.partnership_id else []
    own = [case for case in known if case.link_id == link]
    subject = own[0].exchange_reference if own else improvement.id
    message_id = await send_to_partnership(
        acting,
        settings,
        link=link,
        subject=subject,
        message_type=IMPROVEMENT_IDENTIFIED,
        body=_body(improvement, addressee, own),
    )
    addressee.subject, addressee.message_id = subject, message_id


def _body(
    improvement: Improvement, addressee: ImprovementAddressee, own: Sequence[Case]
) -> ImprovementIdentifiedBody:
    facts = {name: getattr(improvement, name) for name in ("scope", "what", "why", "themes")}
    return ImprovementIdentifiedBody.model_validate(
        facts
        | {
            "improvement_id": improvement.id,
            "identified_on": london_date(improvement.identified_at),
            "response_asked": addressee.concern == Concern.ADDRESSED,
            "case_references": [case.exchange_reference for case in own][:200],
        },
        context={"open_lists": True},
    )
