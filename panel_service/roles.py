"""What each role of the Panel may do."""

from collections.abc import Mapping

_EVERYBODY = frozenset({"reference:read"})
_READS_REVIEWS = frozenset({"national-reviews:read", "reviewers:read"})
_RUNS_REVIEWS = _READS_REVIEWS | {"national-reviews:write", "national-reviews:decide", "reviewers:write"}
_READS_CASES = _EVERYBODY | {"cases:read", "cases:read-pseudonymised", "partnerships:read"}
_READS_PANEL = _READS_CASES | {"members:read", "meetings:read"}
# What the Panel does with a case. Where a second person is needed, persons are compared, not roles.
_CONSIDERS = frozenset(
    {
        "triage:write",
        "decisions:write",
        "decisions:release",
        "views:write",
        "queries:write",
        "letters:write",
        "letters:sign",
        "interests:declare",
        "interests:declare-any",
        "minutes:approve",
    }
)

ROLE_SCOPES: Mapping[str, frozenset[str]] = {
    "secretariat": _READS_PANEL
    | _CONSIDERS
    | _RUNS_REVIEWS
    | {"members:write", "meetings:write", "exchange:read", "changes:read", "intake:write"}
    | {"partnerships:write", "register:write", "statistics:read", "statistics:publish"}
    | {"improvements:read", "improvements:write", "improvements:agree"}
    | {"information-requests:read", "information-requests:write"}
    # What a dead message says is read, and disposed of, by those who read its case anyway; never by who runs the service.
    | {"exchange:content", "exchange:dispose"},
    "member": _READS_PANEL
    | _READS_REVIEWS
    | {"interests:declare", "statistics:read"}
    | {"improvements:read", "information-requests:read"},
    "chair": _READS_PANEL
    | _CONSIDERS
    | _READS_REVIEWS
    | {"national-reviews:decide"}
    | {"statistics:read", "statistics:publish"}
    | {"improvements:read", "improvements:agree", "information-requests:read"},
    # An analyst learns from cases without learning whose they are.
    "analyst": _EVERYBODY
    | {"cases:read-pseudonymised", "partnerships:read", "statistics:read", "improvements:read"},
    "auditor": _EVERYBODY | {"audit:read"},
    # A system of the Panel's that follows what happens: ids and codes, nothing of a case itself.
    "integrator": _EVERYBODY | {"changes:read", "webhooks:read", "webhooks:write"},
    "administrator": _EVERYBODY
    | {"partnerships:read", "partnerships:write", "exchange:read", "exchange:operate"}
    | {"webhooks:read", "webhooks:write"},
}
