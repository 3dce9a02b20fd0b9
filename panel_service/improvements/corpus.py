"""What was recommended before, kept so that it can be found by its words and its themes.

A migration knows no min-hash, and reviews come in by other doors: so what is new is taken up when somebody asks.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from panel_service.improvements.models import (
    RecommendedBand,
    RecommendedText,
    RecommendedTheme,
    SourceKind,
)
from panel_service.improvements.similarity import band_signatures, suggested_themes, words_of
from panel_service.intake.models import DocumentKind, ReceivedDocument
from panel_service.meetings.agenda import recused_from
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.ids import new_id
from shared_schemas.messages.local import LocalReviewBody

TAKEN_UP_AT_ONCE = 500
CANDIDATES = 1_000


@dataclass(frozen=True)
class Recommended:
    """One text that recommends something. ``themes`` is None where no person gave any: the words suggest them."""

    source_kind: SourceKind
    source_id: UUID
    position: int
    text: str
    said_on: date
    case_id: UUID | None = None
    themes: Sequence[str] | None = None


async def keep_text(acting: Acting, given: Recommended) -> None:
    """Keep one text for later comparison; kept already, it stays as it is."""
    words = sorted(words_of(given.text))
    themes = list(suggested_themes(given.text) if given.themes is None else given.themes)
    statement = (
        insert(RecommendedText)
        .values(
            organisation_id=acting.organisation_id,
            id=new_id(),
            source_kind=given.source_kind,
            source_id=given.source_id,
            case_id=given.case_id,
            position=given.position,
            said_on=given.said_on,
            words=words,
            themes=themes,
            themes_suggested=given.themes is None,
        )
        .on_conflict_do_nothing()
        .returning(RecommendedText.id)
    )
    text_id = (await acting.session.execute(statement)).scalar_one_or_none()
    if text_id is None:
        return  # another request took it up at the same time
    key = {"organisation_id": acting.organisation_id, "text_id": text_id}
    acting.session.add_all(
        [RecommendedBand(id=new_id(), signature=value, **key) for value in set(band_signatures(words))]
    )
    acting.session.add_all(
        [RecommendedTheme(id=new_id(), theme=theme, said_on=given.said_on, **key) for theme in themes]
    )
    await acting.session.flush()


async def take_up_reviews(acting: Acting) -> None:
    """Take up the recommendations of local reviews that were received since anybody last asked."""
    kept = and_(
        RecommendedText.organisation_id == ReceivedDocument.organisation_id,
        RecommendedText.source_kind == SourceKind.LOCAL_REVIEW,
        RecommendedText.source_id == ReceivedDocument.id,
        RecommendedText.position == 0,
    )
    statement = (
        select(ReceivedDocument)
        .outerjoin(RecommendedText, kept)
        .where(
            ReceivedDocument.organisation_id == acting.organisation_id,
            ReceivedDocument.kind == DocumentKind.LOCAL_REVIEW,
            RecommendedText.id.is_(None),
        )
        .order_by(ReceivedDocument.id)
        .limit(TAKEN_UP_AT_ONCE)
    )
    for document in (await acting.session.execute(statement)).scalars().all():
        for given in recommended_in(document):
            await keep_text(acting, given)


def texts_of_review(document: ReceivedDocument) -> list[str]:
    """Give what a local review recommends: the summary (reg 15(a)) first, then each recommendation."""
    body = LocalReviewBody.model_validate(document.body, context={"open_lists": True}, extra="ignore")
    recommendations = [entry.what for entry in body.report.recommendations or []]
    return [body.report.improvements_summary or "", *recommendations]


def recommended_in(document: ReceivedDocument) -> list[Recommended]:
    """Give a local review's texts as they are compared."""
    return [
        Recommended(
            SourceKind.LOCAL_REVIEW,
            document.id,
            position,
            text,
            london_date(document.received_at),
            case_id=document.case_id,
        )
        for position, text in enumerate(texts_of_review(document))
    ]


async def candidates_for(
    acting: Acting, words: Collection[str], themes: Collection[str], *, said_until: date
) -> Sequence[RecommendedText]:
    """Give the texts worth comparing: those that share a band of the signature, the most bands first, or a theme.

    Both are found by an index of the tenant's; no text is searched. None is from a case the caller is recused from.
    """
    by_bands = (
        select(RecommendedBand.text_id, func.count().label("shared"))
        .where(
            RecommendedBand.organisation_id == acting.organisation_id,
            RecommendedBand.signature.in_(band_signatures(words)),
        )
        .group_by(RecommendedBand.text_id)
        .order_by(func.count().desc(), RecommendedBand.text_id.desc())
        .limit(CANDIDATES)
        .subquery()
    )
    by_themes = (
        select(RecommendedTheme.text_id)
        .where(
            RecommendedTheme.organisation_id == acting.organisation_id,
            RecommendedTheme.theme.in_(themes),
        )
        .distinct()
        .order_by(RecommendedTheme.text_id.desc())
        .limit(CANDIDATES)
        .subquery()
    )
    found = or_(
        RecommendedText.id.in_(select(by_bands.c.text_id)),
        RecommendedText.id.in_(select(by_themes.c.text_id)),
    )
    statement = select(RecommendedText).where(
        RecommendedText.organisation_id == acting.organisation_id,
        RecommendedText.said_on <= said_until,
        ~recused_from(acting, RecommendedText.case_id),
        found,
    )
    return (await acting.session.execute(statement)).scalars().all()


async def find_texts(acting: Acting, wanted: Collection[UUID]) -> Mapping[UUID, RecommendedText]:
    """Give kept texts by their ids, but none from a case the caller is recused from."""
    statement = select(RecommendedText).where(
        RecommendedText.organisation_id == acting.organisation_id,
        RecommendedText.id.in_(wanted),
        ~recused_from(acting, RecommendedText.case_id),
    )
    return {found.id: found for found in (await acting.session.execute(statement)).scalars()}


async def themes_by_year(acting: Acting) -> Sequence[tuple[str, int, str, bool, int]]:
    """Count texts by theme, year, source and whether the theme is only suggested.

    A review that has one theme in several of its texts counts once.
    """
    year = func.date_part("year", RecommendedTheme.said_on)
    same = and_(
        RecommendedText.organisation_id == RecommendedTheme.organisation_id,
        RecommendedText.id == RecommendedTheme.text_id,
    )
    columns = (RecommendedTheme.theme, year, RecommendedText.source_kind, RecommendedText.themes_suggested)
    statement = (
        select(*columns, func.count(RecommendedText.source_id.distinct()))
        .join(RecommendedText, same)
        .where(RecommendedTheme.organisation_id == acting.organisation_id)
        .group_by(*columns)
    )
    rows = (await acting.session.execute(statement)).all()
    return [(theme, int(when), kind, suggested, count) for theme, when, kind, suggested, count in rows]
