"""What was recommended before: found by shared words and themes, explained, and confirmed by a person (reg 3(a))."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from panel_service.improvements.corpus import (
    candidates_for,
    find_texts,
    take_up_reviews,
    texts_of_review,
    themes_by_year,
)
from panel_service.improvements.models import (
    ConfirmedRecurrence,
    Improvement,
    RecommendedText,
    SourceKind,
)
from panel_service.improvements.schemas import (
    RecurrenceCheck,
    RecurrenceConfirm,
    RecurrenceHit,
    RecurrencesRead,
    ThemeCount,
    ThemeYear,
)
from panel_service.improvements.service import find_improvement, lock_improvement
from panel_service.improvements.similarity import is_alike, jaccard, suggested_themes, words_of
from panel_service.intake.models import ReceivedDocument
from panel_service.national_reviews.models import ReviewReport
from panel_service.national_reviews.recommending import recommended_in
from service_kit.acting import Acting
from service_kit.clock.working_days import london_date
from service_kit.ids import new_id
from service_kit.problems import field_problem
from shared_schemas.code_lists import code_list

SHOWN_AT_MOST = 50
PREVIOUSLY = "SI 2018/789 reg 3(a)"


async def recurrences_of_draft(acting: Acting, given: RecurrenceCheck) -> RecurrencesRead:
    """Compare a text that is only a draft with all that was recommended before."""
    await take_up_reviews(acting)
    rows = await candidates_for(
        acting, words_of(given.what), given.themes, said_until=london_date(acting.now)
    )
    return await _explain(acting, given.what, given.themes, rows, {})


async def recurrences_of(acting: Acting, improvement_id: UUID) -> RecurrencesRead:
    """Compare an improvement with what was recommended until it was identified; show what a person confirmed too."""
    improvement = await find_improvement(acting, improvement_id)
    await take_up_reviews(acting)
    confirmed = await _confirmed(acting, improvement)
    rows = await _earlier(acting, improvement)
    there = {row.id for row in rows}
    rows = [*rows, *(await find_texts(acting, confirmed.keys() - there)).values()]
    return await _explain(acting, improvement.what, improvement.themes, rows, confirmed)


async def confirm_recurrence(acting: Acting, improvement_id: UUID, given: RecurrenceConfirm) -> Improvement:
    """Confirm that the improvement was previously identified (SI 2018/789 reg 3(a)); repeated, it stays as it is."""
    improvement = await lock_improvement(acting, improvement_id)
    text = (await find_texts(acting, [given.text_id])).get(given.text_id)
    own = text is not None and text.source_id == improvement.id
    if text is None or own or text.said_on > london_date(improvement.identified_at):
        raise field_problem(
            "/text_id", "not_an_earlier_text", "Is not a text that was recommended before.", rule=PREVIOUSLY
        )
    if given.text_id not in await _confirmed(acting, improvement):
        acting.session.add(
            ConfirmedRecurrence(
                organisation_id=acting.organisation_id,
                id=new_id(),
                improvement_id=improvement.id,
                text_id=given.text_id,
                remark=given.remark,
                confirmed_by=acting.caller.principal_id,
                confirmed_at=acting.now,
            )
        )
        await acting.session.flush()
        detail = {"text": str(given.text_id), "source": text.source_kind}
        await acting.event("improvement.recurrence_confirmed", "improvement", improvement.id, detail)
    return improvement


async def count_themes(acting: Acting) -> list[ThemeCount]:
    """Count by theme and year what was recommended: how themes recur (SI 2018/789 reg 3(c))."""
    await take_up_reviews(acting)
    counted: dict[str, dict[int, dict[str, int]]] = {}
    for theme, year, kind, _, count in await themes_by_year(acting):
        kinds = counted.setdefault(theme, {}).setdefault(year, {})
        kinds[kind] = kinds.get(kind, 0) + count
    titles = code_list("theme").titles
    return [
        _theme(theme, titles.get(theme, theme), counted.get(theme, {})) for theme in {**titles, **counted}
    ]


async def _earlier(acting: Acting, improvement: Improvement) -> list[RecommendedText]:
    words = words_of(improvement.what)
    until = london_date(improvement.identified_at)
    rows = await candidates_for(acting, words, improvement.themes, said_until=until)
    return [row for row in rows if row.source_id != improvement.id]


async def _confirmed(acting: Acting, improvement: Improvement) -> dict[UUID, ConfirmedRecurrence]:
    statement = select(ConfirmedRecurrence).where(
        ConfirmedRecurrence.organisation_id == acting.organisation_id,
        ConfirmedRecurrence.improvement_id == improvement.id,
    )
    return {row.text_id: row for row in (await acting.session.execute(statement)).scalars()}


async def _explain(
    acting: Acting,
    text: str,
    themes: Sequence[str],
    rows: Sequence[RecommendedText],
    confirmed: Mapping[UUID, ConfirmedRecurrence],
) -> RecurrencesRead:
    words = words_of(text)
    alike = []
    for row in rows:
        score, shared = jaccard(words, row.words), [theme for theme in themes if theme in row.themes]
        if row.id in confirmed or is_alike(score, shares_theme=bool(shared)):
            alike.append((score, shared, row))
    alike.sort(key=lambda hit: (hit[2].id not in confirmed, -hit[0], hit[2].id))
    alike = alike[:SHOWN_AT_MOST]
    texts = await _texts(acting, [row for _, _, row in alike])
    hits = [
        _hit(score, shared, row, len(words & set(row.words)), texts.get(row.id), confirmed.get(row.id))
        for score, shared, row in alike
    ]
    return RecurrencesRead(suggested_themes=suggested_themes(text), recurrences=hits)


def _hit(
    score: float,
    shared: list[str],
    row: RecommendedText,
    words: int,
    text: str | None,
    confirmed: ConfirmedRecurrence | None,
) -> RecurrenceHit:
    source = row.source_kind.replace("_", " ")
    on_themes = f" and {len(shared)} theme(s)" if shared else ""
    return RecurrenceHit(
        text_id=row.id,
        source_kind=row.source_kind,
        source_id=row.source_id,
        case_id=row.case_id,
        position=row.position,
        said_on=row.said_on,
        text=text,
        score=round(score, 3),
        shared_words=words,
        shared_themes=shared,
        themes_suggested=row.themes_suggested,
        explanation=f"Recommended in a {source} of {row.said_on}: {words} telling word(s){on_themes} are shared.",
        confirmed_by=confirmed.confirmed_by if confirmed else None,
        confirmed_at=confirmed.confirmed_at if confirmed else None,
    )


async def _texts(acting: Acting, rows: Sequence[RecommendedText]) -> dict[UUID, str]:
    """What was said, from where it was said: it is kept once."""
    by_kind = {kind: {row.source_id for row in rows if row.source_kind == kind} for kind in SourceKind}
    improvements = select(Improvement).where(
        Improvement.organisation_id == acting.organisation_id,
        Improvement.id.in_(by_kind[SourceKind.IMPROVEMENT]),
    )
    documents = select(ReceivedDocument).where(
        ReceivedDocument.organisation_id == acting.organisation_id,
        ReceivedDocument.id.in_(by_kind[SourceKind.LOCAL_REVIEW]),
    )
    said = {row.id: [row.what] for row in (await acting.session.execute(improvements)).scalars()}
    said |= {row.id: texts_of_review(row) for row in (await acting.session.execute(documents)).scalars()}
    reports = (
        select(ReviewReport)
        .where(
            ReviewReport.organisation_id == acting.organisation_id,
            ReviewReport.review_id.in_(by_kind[SourceKind.NATIONAL_REVIEW]),
        )
        .order_by(ReviewReport.report_version)
    )
    said |= {row.review_id: recommended_in(row) for row in (await acting.session.execute(reports)).scalars()}
    return {
        row.id: said[row.source_id][row.position]
        for row in rows
        if row.position < len(said.get(row.source_id, []))
    }


def _theme(theme: str, title: str, years: Mapping[int, Mapping[str, int]]) -> ThemeCount:
    return ThemeCount(
        theme=theme,
        title=title,
        total=sum(count for kinds in years.values() for count in kinds.values()),
        years=[
            ThemeYear(
                year=year,
                improvements=years[year].get(SourceKind.IMPROVEMENT, 0),
                national_reviews=years[year].get(SourceKind.NATIONAL_REVIEW, 0),
                local_reviews=years[year].get(SourceKind.LOCAL_REVIEW, 0),
            )
            for year in sorted(years)
        ],
    )
