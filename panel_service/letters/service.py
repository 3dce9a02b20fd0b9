from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from panel_service.cases.models import Case
from panel_service.cases.service import lock_case, releases_of
from panel_service.decisions.rules import why_not_this_person
from panel_service.decisions.service import find_decision
from panel_service.decisions.showing import state_of
from panel_service.letters.composing import Addressed, compose_decision_letter, compose_view_letter
from panel_service.letters.models import Letter, LetterState
from panel_service.letters.rules import MOVES, why_no_draft, why_not
from panel_service.letters.schemas import LetterCreate, LetterPatch, LetterRead
from panel_service.partnership_link import send_to_partnership
from panel_service.partnerships.service import find_partnership
from panel_service.queries.naming import identifying_of
from panel_service.queries.rules import check_names_no_child
from panel_service.settings import PanelSettings
from panel_service.views.models import View
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.etags import check_version
from service_kit.ids import new_id
from service_kit.moves import refuse
from service_kit.problems import ApiProblem
from shared_schemas.messages.queries import LETTER_ISSUED, LetterBody


async def draft_letter(acting: Acting, case_id: UUID, given: LetterCreate) -> Letter:
    """Draft a letter from the facts of a released decision or a view.

    Raises 404, 409 for a decision that was not released, 422 for remarks that name a child of the case.
    """
    case = await lock_case(acting, case_id)
    check_names_no_child({"/remarks": given.remarks}, await identifying_of(acting, case.id))
    letter = Letter(
        organisation_id=acting.organisation_id,
        id=new_id(),
        case_id=case.id,
        version=1,
        number=len(await letters_of(acting, case.id)) + 1,
        state=LetterState.DRAFT,
        decision_version=given.decision_version,
        view_id=given.view_id,
        text=await _compose(acting, case, given),
        written_by=acting.caller.principal_id,
        drafted_at=acting.now,
    )
    acting.session.add(letter)
    await acting.session.flush()
    await acting.event("letter.drafted", "case", case.id, {"letter": str(letter.id), "number": letter.number})
    return letter


async def change_letter(
    acting: Acting, case_id: UUID, letter_id: UUID, expected_version: int, patch: LetterPatch
) -> Letter:
    """Change a draft's text. Raises 404, 409 once it is issued, 412, 422 where it names a child of the case."""
    case = await lock_case(acting, case_id)
    letter = await find_letter(acting, case.id, letter_id)
    refuse(why_not(letter.state, "change_letter"))
    check_version(letter.version, expected_version)
    check_names_no_child({"/text": patch.text}, await identifying_of(acting, case.id))
    letter.text, letter.version = patch.text, letter.version + 1
    letter.written_by = acting.caller.principal_id
    await acting.session.flush()
    await acting.event("letter.changed", "case", case.id, {"letter": str(letter.id), "number": letter.number})
    return letter


async def sign_letter(
    acting: Acting, settings: PanelSettings, case_id: UUID, letter_id: UUID, expected_version: int
) -> Letter:
    """Sign a letter, as another person than wrote it, and send it to the partnership, in one transaction.

    Raises 404, 403 for whoever wrote it, 409 once it is issued, 412, 422 where it names a child of the case.
    """
    case = await lock_case(acting, case_id)
    letter = await find_letter(acting, case.id, letter_id)
    refuse(why_not(letter.state, "sign_letter"))
    check_version(letter.version, expected_version)
    refuse(
        why_not_this_person(
            acting.caller,
            letter.written_by,
            four_eyes=settings.four_eyes,
            what="wrote the letter",
            act="sign it",
        )
    )
    # A correction since the draft may have brought a name that is in it.
    check_names_no_child({"/text": letter.text}, await identifying_of(acting, case.id))
    letter.message_id = await _send(acting, settings, case, letter)
    letter.state, letter.version = LetterState.ISSUED, letter.version + 1
    letter.signed_by, letter.issued_at = acting.caller.principal_id, acting.now
    case.version, case.updated_at = case.version + 1, acting.now
    await acting.session.flush()
    detail = {"letter": str(letter.id), "number": letter.number, "message": str(letter.message_id)}
    await acting.event("letter.issued", "case", case.id, detail)
    return letter


async def letters_of(acting: Acting, case_id: UUID) -> Sequence[Letter]:
    """Give the letters about a case, the first one first."""
    statement = (
        select(Letter)
        .where(Letter.organisation_id == acting.organisation_id, Letter.case_id == case_id)
        .order_by(Letter.number)
    )
    return (await acting.session.execute(statement)).scalars().all()


async def find_letter(acting: Acting, case_id: UUID, letter_id: UUID) -> Letter:
    """Find one letter about a case. Raises 404."""
    letter = await acting.session.get(Letter, (acting.organisation_id, letter_id))
    if letter is None or letter.case_id != case_id:
        raise ApiProblem("not-found")
    return letter


def show_letter(letter: Letter) -> LetterRead:
    """Show a letter with what may be done with it."""
    facts = {name: getattr(letter, name) for name in LetterRead.model_fields.keys() - {"allowed_moves"}}
    return LetterRead(**facts, allowed_moves=list(MOVES[letter.state]))


async def _compose(acting: Acting, case: Case, given: LetterCreate) -> str:
    partnership = await find_partnership(acting, case.partnership_id)
    to = Addressed(partnership.name, str(case.exchange_reference), london_date(acting.now))
    if given.decision_version is not None:
        decision = await find_decision(acting, case.id, given.decision_version)
        releases = await releases_of(acting, case.id)
        refuse(why_no_draft(state_of(decision, releases.get(decision.id))))
        return compose_decision_letter(to, decision.facts, given.remarks)
    view = await _find_view(acting, case.id, given.view_id)
    return compose_view_letter(to, view.kind, view.formed_on, view.reasons, given.remarks)


async def _find_view(acting: Acting, case_id: UUID, view_id: UUID | None) -> View:
    view = await acting.session.get(View, (acting.organisation_id, view_id))
    if view is None or view.case_id != case_id:
        raise ApiProblem("not-found")
    return view


async def _send(acting: Acting, settings: PanelSettings, case: Case, letter: Letter) -> UUID:
    view = await _find_view(acting, case.id, letter.view_id) if letter.view_id else None
    body = LetterBody(
        letter_id=letter.id,
        panel_case_id=case.id,
        number=letter.number,
        decision_version=letter.decision_version,
        view=view.kind if view else None,
        text=letter.text,
        issued_at=acting.now,
    )
    return await send_to_partnership(
        acting,
        settings,
        link=case.link_id,
        subject=case.exchange_reference,
        message_type=LETTER_ISSUED,
        body=body,
    )
