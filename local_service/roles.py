"""What each role may do. The duty to notify is the local authority's alone (Children Act 2004 s16C)."""

from collections.abc import Mapping

_EVERYBODY = frozenset({"reference:read"})
_READS_CASES = _EVERYBODY | {"cases:read"}
_WRITES_CASES = _READS_CASES | {"cases:write"}

ROLE_SCOPES: Mapping[str, frozenset[str]] = {
    # A records system: it keeps cases up to date and prepares drafts; no decision is a machine's.
    "integrator": _WRITES_CASES | {"notifications:draft", "rapid-reviews:write"},
    "partnership_office": _WRITES_CASES
    | {
        "rapid-reviews:write",
        "rapid-reviews:complete",
        "local-reviews:write",
        "local-reviews:decide",
        "queries:answer",
        "exchange:read",
    },
    "notifier": _WRITES_CASES | {"assessments:write", "notifications:draft", "queries:answer"},
    "authoriser": _READS_CASES | {"assessments:write", "notifications:authorise", "queries:answer"},
    "delegated_partner": _READS_CASES,
    # Those below see no case until a later release gives them the part of one that is theirs.
    "agency": _EVERYBODY,
    "reviewer": _EVERYBODY,
    "scrutineer": _EVERYBODY,
    "auditor": _EVERYBODY | {"audit:read"},
    "administrator": _EVERYBODY | {"exchange:read", "exchange:operate"},
}
