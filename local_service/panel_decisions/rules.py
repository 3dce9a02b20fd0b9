"""What a decision of the Panel means for the partnership."""

from local_service.cases.file import CaseFile
from shared_schemas.messages.panel import DECISION_RECORDED, DecisionBody

RECONSIDERS = "local_review_more_appropriate"


def fits_record(file: CaseFile, message_type: str, decision: DecisionBody) -> bool:
    """Whether a decision continues the chain there is, and rests on a notification that was sent.

    Versions count up and each supersedes the last one that was sent: the Panel keeps the numbers of those it withdrew
    before their release. The first to come has a message type of its own.
    """
    last = file.panel_decision.decision_version if file.panel_decision else None
    continues = decision.decision_version > (last or 0) and decision.supersedes_version == last
    is_first = message_type == DECISION_RECORDED
    rests_on_sent = decision.decided_on_notification_version <= len(file.sent_notifications)
    return continues and is_first == (last is None) and rests_on_sent


def asks_to_reconsider(file: CaseFile) -> bool:
    """Whether the partners have yet to weigh that the Panel thinks a local review more appropriate.

    SI 2018/789 reg 11(d) makes it a criterion they must take into account, never a direction: a decision of theirs
    that came after settles it, whatever it says, and so does a review that is commissioned already.
    """
    panel, own = file.panel_decision, file.local_review_decision
    if panel is None or panel.outcome != RECONSIDERS:
        return False
    return own is None or (not own.commissioned and own.recorded_at < panel.received_at)
