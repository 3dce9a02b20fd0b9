"""What is published stands on the public register at once, without anybody entering it by hand."""

from pydantic import TypeAdapter, ValidationError

from panel_service.cases.models import Case
from panel_service.national_reviews.models import NationalReview
from panel_service.partnerships.models import Partnership
from panel_service.public_register.models import PublicationForm, ReviewKind
from panel_service.public_register.schemas import EntryCreate, WebAddress
from panel_service.public_register.service import enter_published, withdraw_published
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from shared_schemas.messages.review_course import PublicationNoticeBody

PANEL = "Child Safeguarding Practice Review Panel"
LOCAL_TITLE = "Local child safeguarding practice review"
_ADDRESS: TypeAdapter[str] = TypeAdapter(WebAddress)


async def enter_national_review(acting: Acting, review: NationalReview) -> None:
    """Enter a national review that was just published (s16B(4), (5))."""
    if review.publication is None or review.published_on is None:
        return
    await enter_published(
        acting,
        EntryCreate(
            kind=ReviewKind.NATIONAL,
            form=_form(review.published_form),
            source_id=review.id,
            title=review.title,
            publisher=PANEL,
            address=review.publication["address"],
            published_on=review.published_on,
        ),
    )


async def enter_local_review(acting: Acting, case: Case, notice: PublicationNoticeBody) -> None:
    """Enter a local review that its partnership says is published, where it says at which address (reg 17).

    The title names nobody. Without an address that a browser can follow, or with a day to come, staff enter it by hand.
    """
    if notice.stage == "no_longer_available":
        reasons = notice.reasons or "The partnership says that it is no longer available."
        await withdraw_published(acting, case.id, notice.on or london_date(acting.now), reasons)
        return
    address = _address(notice.where)
    if notice.stage != "published" or address is None or notice.on is None:
        return
    if notice.on > london_date(acting.now):
        return
    partnership = await acting.session.get(Partnership, (case.organisation_id, case.partnership_id))
    await enter_published(
        acting,
        EntryCreate(
            kind=ReviewKind.LOCAL,
            form=_form(notice.form),
            source_id=case.id,
            title=LOCAL_TITLE,
            publisher=partnership.name if partnership else LOCAL_TITLE,
            address=address,
            published_on=notice.on,
        ),
    )


def _form(form: str | None) -> PublicationForm:
    return PublicationForm.IMPROVEMENTS_ONLY if form == "improvements_only" else PublicationForm.REPORT


def _address(where: str | None) -> str | None:
    try:
        return _ADDRESS.validate_python(where)
    except ValidationError:
        return None
