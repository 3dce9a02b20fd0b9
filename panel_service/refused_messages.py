"""What this service says of its own messages that a partnership refused: who confirms, what stays, what the case is told."""

from uuid import UUID

from sqlalchemy import select

from panel_service.cases.models import Case
from service_kit.acting import Acting
from service_kit.exchange.letters.models import DisposalKind
from service_kit.exchange.letters.rules import Disposed, LetterRules
from shared_schemas.messages import information, panel, queries
from shared_schemas.messages.catalogue import FROM_PANEL
from shared_schemas.messages.kept import kept_members

# What carries a clock of the partnership's: the decisions it waits for, and what it must answer.
URGENT_TYPES = frozenset(
    {panel.DECISION_RECORDED, panel.DECISION_SUPERSEDED, information.INFORMATION_REQUESTED}
)


async def tell_disposed(acting: Acting, what: Disposed) -> None:
    """Show on its case that a message was replaced or discarded; not every message is about one."""
    if what.subject == "link":
        return
    statement = select(Case.id).where(
        Case.organisation_id == acting.organisation_id,
        Case.link_id == what.link_id,
        Case.exchange_reference == UUID(what.subject),
    )
    case_id = (await acting.session.execute(statement)).scalar_one_or_none()
    if case_id is None:
        return
    name = "case.message_discarded" if what.kind is DisposalKind.DISCARD else "case.message_replaced"
    detail = {
        "message": str(what.message_id),
        "by": str(what.successor_id),
        "type": what.type,
        "reason": what.reason,
    }
    await acting.event(name, "case", case_id, detail)


LETTER_RULES = LetterRules(
    # A decision or a letter leaves the Panel by a second person's release or signature: so does another in its place.
    confirming_scopes={
        panel.DECISION_RECORDED: "decisions:release",
        panel.DECISION_SUPERSEDED: "decisions:release",
        queries.LETTER_ISSUED: "letters:sign",
    },
    kept_members=kept_members(FROM_PANEL),
    disposed=tell_disposed,
)
