"""What each role may do. The duty to notify is the local authority's alone (Children Act 2004 s16C)."""

from collections.abc import Mapping

_EVERYBODY = frozenset({"reference:read"})
_READS_CASES = _EVERYBODY | {
    "cases:read",
    "documents:read",
    "local-reviews:read",
    "local-reviews:scrutinise",
}
_WRITES_CASES = _READS_CASES | {"cases:write"}

ROLE_SCOPES: Mapping[str, frozenset[str]] = {
    # A records system: it keeps cases up to date and prepares drafts; no decision is a machine's.
    "integrator": _WRITES_CASES
    | {"notifications:draft", "rapid-reviews:write", "screenings:write", "changes:read", "documents:write"}
    | {"webhooks:read", "webhooks:write"},
    "partnership_office": _WRITES_CASES
    | {
        "rapid-reviews:write",
        "rapid-reviews:complete",
        "local-reviews:write",
        "local-reviews:decide",
        "information-requests:read",
        "information-requests:write",
        "information-requests:answer",
        "agency-summaries:read",
        "agency-summaries:write-own",
        "agency-summaries:write",
        "learning:read",
        "learning:write",
        "national-reviews:propose",
        "queries:answer",
        "documents:write",
        "duties:write",
        "changes:read",
        "exchange:read",
        "cases:close",
        "screenings:write",
    }
    | {"improvements:read", "improvements:respond", "panel-requests:read", "panel-requests:answer"}
    # What a dead message says is read, and disposed of, by those who read its case anyway; never by who runs the service.
    | {"exchange:content", "exchange:dispose", "notifications:tell-by-hand"},
    "notifier": _WRITES_CASES
    | {
        "assessments:write",
        "notifications:draft",
        "cases:close",
        "screenings:write",
        "duties:write",
        "queries:answer",
        "notifications:tell-by-hand",
    },
    "authoriser": _READS_CASES
    | {"exchange:read", "exchange:content", "exchange:dispose", "notifications:tell-by-hand"}
    | {"assessments:write", "notifications:authorise", "cases:close", "duties:write", "queries:answer"}
    | {"improvements:read", "panel-requests:read"},
    "delegated_partner": _READS_CASES
    | {"information-requests:read", "agency-summaries:read", "learning:read", "rapid-reviews:sign"}
    | {"improvements:read", "panel-requests:read"},
    # Those below see no case until a later release gives them the part of one that is theirs.
    "agency": _EVERYBODY
    | {
        "information-requests:read",
        "information-requests:answer",
        "agency-summaries:read",
        "agency-summaries:write-own",
    },
    "reviewer": _EVERYBODY | {"local-reviews:read"},
    "scrutineer": _EVERYBODY | {"learning:read", "local-reviews:scrutinise"},
    "auditor": _EVERYBODY | {"audit:read"},
    "administrator": _EVERYBODY | {"exchange:read", "exchange:operate", "webhooks:read", "webhooks:write"},
}
