from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import pairwise
from typing import Any, Literal, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared_schemas.reference import json_names, load_json

_LAW = "regulations-2018.json"


class Unit(StrEnum):
    WORKING_DAYS = "working_days"
    CALENDAR_DAYS = "calendar_days"
    CALENDAR_MONTHS = "calendar_months"


class Kind(StrEnum):
    LAW = "law"
    GUIDANCE = "guidance"
    TARGET = "target"  # what a service sets itself, which is no rule


class Direction(StrEnum):
    """Which way a time is counted from its anchor."""

    AFTER = "after"
    BEFORE = "before"  # such as: no later than 7 days prior to publication


class End(StrEnum):
    """What the last day of a time is."""

    BY = "by"  # the latest day to do something
    UNTIL = "until"  # the earliest day on which something may end: a minimum period


class Mark(StrEnum):
    """How the text behind a value is known."""

    READ = "V"
    READ_IN_PART = "V-part"
    RECALLED = "R"
    DERIVED = "D"


class Limit(NamedTuple):
    """A time that a source states."""

    amount: int
    unit: Unit
    direction: Direction = Direction.AFTER
    end: End = End.BY


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Duty(_Data):
    """One thing to be done after an event; without an amount no time is stated, and none is made up."""

    code: str
    title: str
    anchor: str  # the event it is counted from
    met_by: str  # the event that meets it
    amount: int | None = Field(ge=1)
    unit: Unit | None
    calendar: str | None  # a division of the bank-holiday feed; only working days need one
    direction: Direction = Direction.AFTER
    end: End = End.BY
    responsible: str = Field(default="safeguarding_partners", description="Whose duty it is.")
    provision: str
    kind: Kind
    source: str
    mark: Mark

    @property
    def limit(self) -> Limit | None:
        """None where no time is stated."""
        if self.amount is None or self.unit is None:
            return None
        return Limit(self.amount, self.unit, self.direction, self.end)

    @model_validator(mode="after")
    def _amount_unit_and_calendar_agree(self) -> Self:
        if (self.amount is None) != (self.unit is None):
            raise ValueError(f"{self.code}: an amount and its unit go together")
        if (self.unit is Unit.WORKING_DAYS) != (self.calendar is not None):
            raise ValueError(f"{self.code}: working days, and nothing else, need a calendar")
        if self.end is End.UNTIL and self.direction is Direction.BEFORE:
            raise ValueError(f"{self.code}: a minimum period runs from its anchor on")
        return self


class RuleSet(_Data):
    """The duties that apply to what happens while it is valid, and the parts its documents must have."""

    code: str
    title: str
    valid_from: date
    valid_to: date | None  # the last day; None while nothing has replaced it, or where nobody can say
    chosen_by_date: bool
    source: str
    events: dict[str, str]  # code to the words that follow "after" or "before" in a sentence
    duties: tuple[Duty, ...]
    required_parts: dict[str, list[str]]  # document to the parts without which it is incomplete

    @model_validator(mode="after")
    def _events_are_named(self) -> Self:
        unnamed = {event for duty in self.duties for event in (duty.anchor, duty.met_by)} - self.events.keys()
        if unnamed:
            raise ValueError(f"{self.code}: these events have no words: {', '.join(sorted(unnamed))}")
        return self

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def duty(self, code: str) -> Duty:
        """`LookupError` where it has no duty of that code."""
        for duty in self.duties:
            if duty.code == code:
                return duty
        raise LookupError(f"{self.code} has no duty of that code")


class UnknownRuleSet(LookupError):
    """There is no rule set of that code, or none for that day."""


class RuleSets:
    """The rule sets a service knows. Those chosen by date may not overlap, so that a day has one answer."""

    def __init__(self, rule_sets: Iterable[RuleSet]) -> None:
        self._by_code: Mapping[str, RuleSet] = {entry.code: entry for entry in rule_sets}
        _refuse_overlaps(self._dated())

    def codes(self) -> list[str]:
        return sorted(self._by_code)

    def get(self, code: str) -> RuleSet:
        """`UnknownRuleSet` where there is none of that code."""
        try:
            return self._by_code[code]
        except KeyError:
            raise UnknownRuleSet("there is no rule set of that code") from None

    def choose(self, setting: Literal["fixed", "by_date"], fixed_code: str, anchor_date: date) -> RuleSet:
        """The one rule set of the setting `fixed`, or with `by_date` the one valid on the anchor's date in London."""
        if setting == "fixed":
            return self.get(fixed_code)
        for entry in self._dated():
            if entry.valid_on(anchor_date):
                return entry
        raise UnknownRuleSet(f"no rule set is valid on {anchor_date}")

    def _dated(self) -> list[RuleSet]:
        dated = (entry for entry in self._by_code.values() if entry.chosen_by_date)
        return sorted(dated, key=lambda entry: entry.valid_from)


@cache
def published_rule_sets() -> RuleSets:
    """The rule sets that ship with this release, each with what the law says under every one of them."""
    law = load_json(_LAW)
    return RuleSets(_with_law(load_json(name), law) for name in json_names("rule_sets"))


def _with_law(rule_set: Mapping[str, Any], law: Mapping[str, Any]) -> RuleSet:
    # Guidance comes and goes beside the regulations: their duties are written once and stand in every rule set.
    events = {**law["events"], **rule_set["events"]}
    return RuleSet.model_validate(
        {**rule_set, "events": events, "duties": [*rule_set["duties"], *law["duties"]]}
    )


def _refuse_overlaps(dated: list[RuleSet]) -> None:
    for earlier, later in pairwise(dated):
        if earlier.valid_on(later.valid_from):
            raise ValueError(f"{earlier.code} and {later.code} are both valid on {later.valid_from}")
