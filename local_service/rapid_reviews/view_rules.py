"""Partners' views and sign-offs of a rapid review: who gives whose, until when."""

from collections.abc import Sequence
from datetime import date, datetime

from local_service.cases.file import CaseFile
from local_service.dates import check_past
from local_service.rapid_reviews.rules import provision, why_no_writing
from local_service.rapid_reviews.view_models import PartnersView
from service_kit.clock.working_days import london_date
from service_kit.identity import Caller
from service_kit.moves import Refusal
from service_kit.problems import field_problem
from shared_schemas.incidents import SafeguardingPartnerKind
from shared_schemas.rapid_reviews import PartnerView

MOST_PARTNERS = 20
PARTNERS = "Children Act 2004 s16E(3)"  # who the safeguarding partners of an area are


def why_no_view(file: CaseFile) -> Refusal | None:
    """Why no view can be given, if so: what was completed does not change, what comes later is an addendum."""
    if file.rapid_review is not None and file.rapid_review.completed_at is not None:
        return Refusal("The rapid review is complete.", provision(file), ("add_to_rapid_review",))
    return why_no_writing(file)


def why_not_this_partner(
    caller: Caller, earlier: Sequence[PartnersView], partner: SafeguardingPartnerKind, organisation: str
) -> Refusal | None:
    """Why this person cannot sign for a partner, if so: each of s16E(3)'s partners has a person of its own.

    ``earlier`` is what the person signed before, on any case.
    """
    if not caller.is_person:
        return Refusal("A person signs off; this credential is a system's.", PARTNERS)
    if any(one.signed_off and partner_of(one) != _partner(partner, organisation) for one in earlier):
        return Refusal("You have signed for another partner.", PARTNERS, problem="conflict")
    return None


def why_not_outstanding(standing: Sequence[PartnersView], partner: str, organisation: str) -> Refusal | None:
    """Why a sign-off cannot be outstanding, if so: the partner has signed (s16E(3))."""
    if any(one.signed_off and partner_of(one) == _partner(partner, organisation) for one in standing):
        return Refusal("This partner has signed off.", PARTNERS, ("complete_rapid_review",))
    return None


def why_no_further_partner(
    standing: Sequence[PartnersView], partner: str, organisation: str
) -> Refusal | None:
    """Why no further partner can speak, if so: the section holds so many (s16E(3) names three kinds)."""
    known = {partner_of(one) for one in standing}
    if _partner(partner, organisation) in known or len(known) < MOST_PARTNERS:
        return None
    return Refusal(f"Views of {MOST_PARTNERS} partners are recorded already.", PARTNERS)


def check_signed_on(signed_on: date, *, received_at: datetime, now: datetime) -> None:
    """Refuse a day of signing in the future, or before information was first received (dates of Europe/London)."""
    check_past("/on", signed_on, now)
    if signed_on < london_date(received_at):
        raise field_problem(
            "/on", "before_receipt", "Must not lie before the information was received.", rule=PARTNERS
        )


def standing_views(views: Sequence[PartnersView]) -> list[PartnersView]:
    """Give the latest view of each partner (s16E(3)), in the order in which the partners first spoke."""
    return list({partner_of(view): view for view in views}.values())


def as_section(views: Sequence[PartnersView]) -> list[PartnerView]:
    """Write the views that stand as the rapid review's own section: dissent and what is outstanding included."""
    return [
        PartnerView(
            partner=SafeguardingPartnerKind(view.partner),
            organisation=view.organisation,
            view=view.reasons,
            dissents=view.dissents,
            signed_off=view.signed_off,
            signed_off_by=view.recorded_by_name if view.signed_off else None,
            signed_off_on=view.signed_off_on,
            outstanding_reason=view.outstanding_reason,
        )
        for view in standing_views(views)
    ]


def with_views(by_hand: Sequence[PartnerView], views: Sequence[PartnersView]) -> list[PartnerView]:
    """Put the views that partners gave themselves in the place of what was written of them (s16E(3)).

    A partner speaks for itself: no section written by hand can leave a dissent or a signature out.
    """
    given = {partner_of(view) for view in standing_views(views)}
    others = [one for one in by_hand if _partner(one.partner, one.organisation) not in given]
    return [*others, *as_section(views)]


def partner_of(view: PartnersView) -> tuple[str, str]:
    """Tell partners apart by kind and organisation: an area may have several of one kind (s16E(3))."""
    return _partner(view.partner, view.organisation)


def _partner(partner: str, organisation: str) -> tuple[str, str]:
    return str(partner), " ".join(organisation.casefold().split())
