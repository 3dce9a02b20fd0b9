"""The states of a national review, derived from what is recorded of it, and what may be done in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ReviewForm(StrEnum):
    SINGLE_CASE = "single_case"
    THEMATIC = "thematic"


class PublishedForm(StrEnum):
    REPORT = "report"  # Children Act 2004 s16B(4)
    IMPROVEMENTS_ONLY = "improvements_only"  # s16B(5)


class ReviewState(StrEnum):
    PROPOSED = "proposed"
    DECIDED = "decided"
    SCOPING = "scoping"
    REVIEWERS_SELECTED = "reviewers_selected"
    RECOMMENDED = "recommended"
    CONFIRMED = "confirmed"
    IN_PROGRESS = "in_progress"
    DRAFT = "draft"
    QUALITY_ASSURED = "quality_assured"
    FINAL = "final"
    COPIED = "copied_to_secretary_of_state"
    PUBLISHED = "published"
    IMPROVEMENTS_ONLY = "improvements_only"
    CLOSED = "closed"


class Move(StrEnum):
    ADD_CASE = "add_case"
    DECIDE = "decide"
    SET_SCOPE = "set_scope"
    SELECT_REVIEWER = "select_reviewer"
    RECOMMEND_REVIEWER = "recommend_reviewer"
    CONFIRM_REVIEWER = "confirm_reviewer"
    DETERMINE_REMOVAL = "determine_removal"
    RECORD_REMOVAL = "record_removal"
    CONSIDER_ANOTHER = "consider_another_reviewer"
    START = "start"
    CHECK = "record_checkpoint"
    REQUEST = "request_information"
    WRITE_REPORT = "write_report"
    ASSURE_QUALITY = "assure_quality"
    FINALISE = "finalise"
    COPY = "copy_to_secretary_of_state"
    PUBLISH_REPORT = "publish_report"
    PUBLISH_IMPROVEMENTS = "publish_improvements_only"
    TAKE_DOWN = "take_down"
    CLOSE = "close"


_APPOINTS = {
    Move.SELECT_REVIEWER,
    Move.RECOMMEND_REVIEWER,
    Move.CONFIRM_REVIEWER,
    Move.DETERMINE_REMOVAL,
    Move.RECORD_REMOVAL,
    Move.CONSIDER_ANOTHER,
}
_PREPARES = _APPOINTS | {Move.ADD_CASE, Move.SET_SCOPE, Move.CLOSE}
_WORKS = _PREPARES | {Move.CHECK, Move.REQUEST, Move.WRITE_REPORT}
# Until publication a reviewer may be removed (reg 5(2)) and the report written anew, which makes it a draft again.
_ENDS = _APPOINTS | {Move.CHECK, Move.REQUEST, Move.WRITE_REPORT, Move.COPY}

MOVES: Mapping[ReviewState, frozenset[Move]] = {
    ReviewState.PROPOSED: frozenset({Move.ADD_CASE, Move.DECIDE, Move.CLOSE}),
    ReviewState.DECIDED: frozenset({Move.ADD_CASE, Move.SET_SCOPE, Move.CLOSE}),
    ReviewState.SCOPING: frozenset(_PREPARES),
    ReviewState.REVIEWERS_SELECTED: frozenset(_PREPARES),
    ReviewState.RECOMMENDED: frozenset(_PREPARES),
    ReviewState.CONFIRMED: frozenset(_PREPARES | {Move.START}),
    ReviewState.IN_PROGRESS: frozenset(_WORKS),
    ReviewState.DRAFT: frozenset(_WORKS | {Move.ASSURE_QUALITY}),
    ReviewState.QUALITY_ASSURED: frozenset(_WORKS | {Move.FINALISE}),
    ReviewState.FINAL: frozenset(_ENDS),
    ReviewState.COPIED: frozenset(_ENDS | {Move.PUBLISH_REPORT, Move.PUBLISH_IMPROVEMENTS}),
    ReviewState.PUBLISHED: frozenset({Move.TAKE_DOWN, Move.CLOSE}),
    ReviewState.IMPROVEMENTS_ONLY: frozenset({Move.TAKE_DOWN, Move.CLOSE}),
    ReviewState.CLOSED: frozenset({Move.TAKE_DOWN}),
}


@dataclass(frozen=True)
class Appointment:
    """A reviewer's way to the appointment and out of it. ``before_completion``: removed before the report was final."""

    selected_on: date
    recommended_on: date | None = None
    confirmed_on: date | None = None
    removal_determined_on: date | None = None
    removed_on: date | None = None
    before_completion: bool = False
    considered_another_on: date | None = None

    @property
    def is_live(self) -> bool:
        """Whether the person is, or may become, a reviewer; the Panel alone ends a selection nobody confirmed."""
        ended = self.removal_determined_on if self.confirmed_on is None else self.removed_on
        return ended is None

    @property
    def is_confirmed(self) -> bool:
        return self.confirmed_on is not None and self.is_live

    @property
    def awaits_removal(self) -> bool:
        """Whether the Panel has determined it and the Secretary of State has not removed yet (reg 5(2))."""
        return self.confirmed_on is not None and self.removal_determined_on is not None and self.is_live

    @property
    def awaits_another(self) -> bool:
        """Whether the duty to consider appointing another stands open (reg 5(3))."""
        return self.removed_on is not None and self.before_completion and self.considered_another_on is None


@dataclass(frozen=True)
class Report:
    """The latest version of the report. ``missing`` names what SI 2018/789 reg 8 asks and is not there."""

    version: int
    missing: tuple[str, ...] = ()
    quality_assured_on: date | None = None
    finalised_on: date | None = None


@dataclass(frozen=True)
class Copy:
    """A copy given to the Secretary of State: of this version, with the improvements information or without."""

    report_version: int
    copied_on: date
    with_information: bool


@dataclass(frozen=True)
class ReviewFacts:
    """What is recorded of a national review, as plain values."""

    form: ReviewForm
    decided_on: date | None = None
    scoped: bool = False
    appointments: tuple[Appointment, ...] = ()
    started_on: date | None = None
    report: Report | None = None
    copies: tuple[Copy, ...] = ()
    published_on: date | None = None
    published_form: PublishedForm | None = None
    taken_down_on: date | None = None
    closed_on: date | None = None

    @property
    def is_complete(self) -> bool:
        """Whether the latest version of the report is final."""
        return self.report is not None and self.report.finalised_on is not None

    @property
    def copies_of_final(self) -> tuple[Copy, ...]:
        """The copies given of the final version; those of an earlier version count for nothing (reg 9)."""
        report = self.report
        if report is None or report.finalised_on is None:
            return ()
        return tuple(copy for copy in self.copies if copy.report_version == report.version)

    @property
    def report_copied_on(self) -> date | None:
        """Since when the Secretary of State has the final report (reg 9(1))."""
        return min((copy.copied_on for copy in self.copies_of_final), default=None)

    @property
    def information_copied_on(self) -> date | None:
        """Since when the Secretary of State has the report and the information as it stands (reg 9(2)): the last counts."""
        given = [copy.copied_on for copy in self.copies_of_final if copy.with_information]
        return given[-1] if given else None


def state_of(facts: ReviewFacts) -> ReviewState:
    """Derive the state from the facts: none is stored twice."""
    if facts.closed_on is not None:
        return ReviewState.CLOSED
    if facts.published_on is not None:
        only = facts.published_form == PublishedForm.IMPROVEMENTS_ONLY
        return ReviewState.IMPROVEMENTS_ONLY if only else ReviewState.PUBLISHED
    if facts.started_on is not None:
        return _working_state(facts)
    if facts.decided_on is None:
        return ReviewState.PROPOSED
    return _appointing_state(facts) if facts.scoped else ReviewState.DECIDED


def _working_state(facts: ReviewFacts) -> ReviewState:
    report = facts.report
    if report is None:
        return ReviewState.IN_PROGRESS
    if report.finalised_on is not None:
        return ReviewState.COPIED if facts.copies_of_final else ReviewState.FINAL
    return ReviewState.QUALITY_ASSURED if report.quality_assured_on is not None else ReviewState.DRAFT


def _appointing_state(facts: ReviewFacts) -> ReviewState:
    live = [one for one in facts.appointments if one.is_live]
    if any(one.is_confirmed for one in live):
        return ReviewState.CONFIRMED
    if any(one.recommended_on is not None for one in live):
        return ReviewState.RECOMMENDED
    return ReviewState.REVIEWERS_SELECTED if live else ReviewState.SCOPING
