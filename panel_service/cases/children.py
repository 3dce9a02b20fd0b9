"""What the children of cases are called, so that it is said nowhere else."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from panel_service.intake.models import DocumentKind, ReceivedDocument
from service_kit.acting import Acting


async def names_of_children(acting: Acting, cases: Collection[UUID]) -> set[str]:
    """Give every name of every child in any version of these cases' notifications."""
    if not cases:
        return set()
    statement = select(ReceivedDocument.body["incident"]["children"]).where(
        ReceivedDocument.organisation_id == acting.organisation_id,
        ReceivedDocument.case_id.in_(cases),
        ReceivedDocument.kind == DocumentKind.NOTIFICATION,
    )
    found = (await acting.session.execute(statement)).scalars().all()
    return {name for children in found for child in children or [] for name in names_in(child)}


def names_in(child: Mapping[str, Any]) -> Iterable[str]:
    """Give a child's names as the notification has them."""
    given = [child.get("first_name"), child.get("surname"), *(child.get("other_names") or [])]
    return [name for name in given if name]
