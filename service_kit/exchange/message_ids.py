from uuid import UUID


def read_message_id(webhook_id: str | None) -> UUID | None:
    """Give the message a request is about, where its ``webhook-id`` is a UUID as they are written on the wire."""
    try:
        found = UUID(webhook_id or "")
    except ValueError:
        return None
    return found if str(found) == webhook_id else None
