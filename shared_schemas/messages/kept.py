"""Which members of a message's data say what it is about: a correction of the message does not change them."""

from collections.abc import Iterable

from shared_schemas.messages.entries import CataloguedMessage

_NAMES = frozenset({"version", "number", "partnership", "rule_set", "case_references"})
_ENDINGS = ("_id", "_version", "_reference")


def kept_members(messages: Iterable[CataloguedMessage]) -> frozenset[str]:
    """Name those members over all these types: ids, versions, references, and whose and by what rules it is."""
    names = {name for message in messages for name in message.body.model_fields}
    return frozenset(name for name in names if name in _NAMES or name.endswith(_ENDINGS))
