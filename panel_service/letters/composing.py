"""A letter's plain text, composed of the facts of a decision or a view: a draft that people read and may change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from panel_service.views.models import ViewKind
from shared_schemas.code_lists import code_list

LIFTS_NOTHING = (
    "This is a view. It does not lift the local authority's duty under section 16C of the Children Act 2004; if the "
    "authority comes to the same view, it may withdraw its notification."
)
OPINIONS = {
    "agree": "agrees with the partners' view on a local child safeguarding practice review",
    "disagree": "does not agree with the partners' view on a local child safeguarding practice review",
    "no_view": "has formed no view on a local child safeguarding practice review",
}


@dataclass(frozen=True)
class Addressed:
    """To whom a letter goes and about which case, by the references both sides know. No child is named."""

    partnership: str
    reference: str
    on: date


def compose_decision_letter(to: Addressed, facts: Mapping[str, Any], remarks: str | None) -> str:
    """Write a letter about a decision (Children Act 2004 s16B(1), SI 2018/789 regs 3 and 11(d))."""
    parts = [
        _opening(to),
        f"On {_day(facts['decided_on'])} the Panel decided on a national review: "
        f"{_title('panel_outcome', facts['outcome']).lower()}.",
        str(facts["reasons"]),
        *_criteria(facts),
        f"The Panel {OPINIONS.get(facts['opinion_on_local_review'], 'gives its opinion on a local review')}. The "
        "decision on it is the partners' own.",
    ]
    if facts.get("opinion_reasons"):
        parts.append(str(facts["opinion_reasons"]))
    if facts["outcome"] == "local_review_more_appropriate":
        parts.append(
            "The Panel has considered the case and concluded that a local review may be more appropriate; the partners "
            "must take that into account (SI 2018/789 reg 11(d))."
        )
    return _close(parts, remarks)


def compose_view_letter(to: Addressed, kind: str, formed_on: date, reasons: str, remarks: str | None) -> str:
    """Write a letter that tells a view. It lifts nothing (s16C)."""
    if kind == ViewKind.NOT_A_SERIOUS_CASE:
        opinion = "that it may not be a serious child safeguarding case as section 16B(9) defines it"
        parts = [
            _opening(to),
            f"On {_day(formed_on.isoformat())} the Panel formed the view {opinion}.",
            reasons,
            LIFTS_NOTHING,
        ]
    else:
        parts = [_opening(to), f"On {_day(formed_on.isoformat())} the Panel made these comments.", reasons]
    return _close(parts, remarks)


def _opening(to: Addressed) -> str:
    return (
        f"To: {to.partnership}\nDate: {_day(to.on.isoformat())}\nReference: {to.reference}\n\n"
        "The Child Safeguarding Practice Review Panel has considered what you sent about this case."
    )


def _criteria(facts: Mapping[str, Any]) -> list[str]:
    lines = [
        f"- {_title('regulation_3_criterion', one['criterion'])}: {one['answer']}. {one['reasons']}"
        for one in facts.get("criteria", [])
    ]
    return (
        ["The Panel took these criteria into account (SI 2018/789 reg 3):\n" + "\n".join(lines)]
        if lines
        else []
    )


def _close(parts: list[str], remarks: str | None) -> str:
    whole = [*parts, *([remarks] if remarks else []), "For the Child Safeguarding Practice Review Panel"]
    return "\n\n".join(whole)


def _title(list_name: str, code: str) -> str:
    return code_list(list_name).titles.get(code, code)


def _day(written: str) -> str:
    day = date.fromisoformat(written)
    return f"{day.day} {day:%B %Y}"
