"""Serving a request for information: by message where the recipient is a partnership with an open link."""

from uuid import UUID

from panel_service.improvements.addressees import open_links
from panel_service.information_requests.models import InformationRequest
from panel_service.information_requests.rules import check_days
from panel_service.information_requests.schemas import RequestServe
from panel_service.information_requests.service import case_of, check_case, lock_for, move
from panel_service.partnership_link import send_to_partnership
from panel_service.partnerships.service import partnerships_by_id
from panel_service.settings import PanelSettings
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.problems import field_problem
from shared_schemas.messages.information import INFORMATION_REQUESTED, InformationRequestedBody


async def serve(
    acting: Acting, settings: PanelSettings, request_id: UUID, expected: int, given: RequestServe
) -> InformationRequest:
    """Serve the request (s16D). By hand the day must be given; by message it is today."""
    request = await lock_for(acting, request_id, expected, "serve")
    await check_case(acting, request.case_id, request.requested, request.supplied_to_name)
    link = await _link_of(acting, request)
    if link is None and given.served_on is None:
        raise field_problem("/served_on", "served_by_hand", "Is needed: the recipient is served by hand.")
    if link is not None and given.served_on is not None:
        raise field_problem("/served_on", "served_by_message", "Must be left out: it is served by message.")
    request.served_on = given.served_on or london_date(acting.now)
    check_days(request.served_on, request.due_on, acting.now)
    if link is not None:
        await _send(acting, settings, request, link)
    return await move(acting, request, "serve", {"by": "message" if link else "hand"})


async def _link_of(acting: Acting, request: InformationRequest) -> UUID | None:
    if request.partnership_id is None:
        return None
    known = await partnerships_by_id(acting, [request.partnership_id])
    links = await open_links(acting, known.values())
    return links.get(request.partnership_id)


async def _send(acting: Acting, settings: PanelSettings, request: InformationRequest, link: UUID) -> None:
    """Send it about the recipient's own case; about anything else it is a subject of its own."""
    case = await case_of(acting, request.case_id) if request.case_id else None
    own = case is not None and case.link_id == link
    subject = case.exchange_reference if case is not None and own else request.id
    body = InformationRequestedBody(
        request_id=request.id,
        requested=request.requested,
        supplied_to=request.supplied_to,
        supplied_to_name=request.supplied_to_name,
        national_review_reference=request.national_review_reference,
        served_on=request.served_on,
        due_on=request.due_on,
    )
    message_id = await send_to_partnership(
        acting,
        settings,
        link=link,
        subject=subject,
        message_type=INFORMATION_REQUESTED,
        body=body,
    )
    request.subject, request.message_id = subject, message_id
