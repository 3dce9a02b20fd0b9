"""Every event of this service: its name in the feed and the audit trail, and its words for people."""

from collections.abc import Mapping

EVENTS: Mapping[str, str] = {
    # Receiving
    "document.received": "A document was received from a partnership",
    # Considering
    "decision.recorded": "The Panel's decision was recorded",
    # Queries
    # National reviews
    "national_review.proposed": "A national review was proposed",
    "national_review.case_added": "A case was taken into a national review",
    "national_review.decided": "The Panel decided on a national review and told the Secretary of State",
    "national_review.scoped": "The scope of a national review was set",
    "national_review.reviewer_selected": "A reviewer was selected",
    "national_review.reviewer_recommended": "A reviewer was recommended to the Secretary of State",
    "national_review.reviewer_confirmed": "The Secretary of State confirmed a reviewer",
    "national_review.removal_determined": "The Panel determined that a reviewer should be removed",
    "national_review.reviewer_removed": "The Secretary of State removed a reviewer",
    "national_review.another_considered": "The Panel considered appointing another reviewer",
    "national_review.started": "The work on a national review was started",
    "national_review.checked": "The Panel looked at a national review's time and quality",
    "national_review.information_requested": "Information was requested from a reviewer in writing",
    "national_review.information_answered": "A reviewer's answer was recorded",
    "national_review.report_written": "A version of a national review's report was kept",
    "national_review.quality_assured": "A report was found of satisfactory quality",
    "national_review.finalised": "A national review's report was made final",
    "national_review.copied": "The Secretary of State was given a copy",
    "national_review.published": "A national review was published",
    "national_review.taken_down": "A published national review was taken down",
    "national_review.closed": "A national review was closed",
    "national_review.told": "The partnership was told of a step of a national review",
    "reviewer.entered": "A potential reviewer was entered into the pool",
    "reviewer.changed": "An entry of the pool was changed",
    "reviewer.removed": "A person was removed from the pool",
    # Improvements
    # Information requests
    # Partnerships and the public register
}
