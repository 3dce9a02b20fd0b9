"""Whether what comes about a local review's course fits what is held; nothing of it is the Panel's to decide."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared_schemas.messages.review_course import PublicationNoticeBody, ReviewerBody


@dataclass(frozen=True)
class Held:
    """A version of a report that is held, with the hash it was told under, if it was."""

    version: int
    report_hash: str | None


def held_versions(reviews: Sequence[Mapping[str, Any]], notices: Sequence[Mapping[str, Any]]) -> list[Held]:
    """Give the versions held: the completed report is the first, each later one came with a notice (reg 16(1))."""
    completed = [Held(1, review.get("report_hash")) for review in reviews]
    revised = [
        Held(notice["report_version"], notice["report_hash"])
        for notice in notices
        if notice.get("report") is not None
    ]
    return [*completed, *revised]


def notice_fits(held: Sequence[Held], notice: PublicationNoticeBody) -> bool:
    """Whether a notice is of a version that is held, under the same hash, or brings the next one (reg 16(1))."""
    if notice.report is not None:
        return bool(held) and notice.report_version == max(one.version for one in held) + 1
    return any(
        one.version == notice.report_version and one.report_hash in {None, notice.report_hash} for one in held
    )


def reviewer_fits(former: Sequence[Mapping[str, Any]], reviewer: ReviewerBody) -> bool:
    """Whether an appointment is of somebody new, and a removal of somebody appointed and not removed (regs 12, 13).

    A change that this release does not know is kept as it came.
    """
    changes = [one["change"] for one in former if one["reviewer_id"] == str(reviewer.reviewer_id)]
    if reviewer.change == "appointed":
        return not changes
    if reviewer.change == "removed":
        return "appointed" in changes and "removed" not in changes
    return True


def decision_is_known(versions: Sequence[int], version: int) -> bool:
    """Whether a reply is to a decision that there is (s16F(1)(b))."""
    return version in versions
