"""Information that may be used for one purpose only."""

from service_kit.acting import Acting
from service_kit.problems import ApiProblem


def require_purpose(acting: Acting, allowed: str, rule: str) -> None:
    """Refuse a caller who reads for another purpose than the one allowed (403 ``purpose-not-allowed``)."""
    if acting.caller.purpose != allowed:
        raise ApiProblem(
            "purpose-not-allowed",
            "This information may be used only for the purpose it was requested for; give it in Access-Purpose.",
            rule=rule,
        )
