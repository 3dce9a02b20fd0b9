"""What each role of the Panel may do."""

from collections.abc import Mapping

_EVERYBODY = frozenset({"reference:read"})
_READS_REVIEWS = frozenset({"national-reviews:read", "reviewers:read"})
_RUNS_REVIEWS = _READS_REVIEWS | {"national-reviews:write", "national-reviews:decide", "reviewers:write"}
_READS_CASES = _EVERYBODY | {"cases:read", "cases:read-pseudonymised", "partnerships:read"}

ROLE_SCOPES: Mapping[str, frozenset[str]] = {
    "secretariat": _READS_CASES | {"decisions:write", "exchange:read"} | _RUNS_REVIEWS,
    "member": _READS_CASES | _READS_REVIEWS,
    "chair": _READS_CASES | {"decisions:write"} | _READS_REVIEWS | {"national-reviews:decide"},
    # An analyst learns from cases without learning whose they are.
    "analyst": _EVERYBODY | {"cases:read-pseudonymised", "partnerships:read"},
    "auditor": _EVERYBODY | {"audit:read"},
    "administrator": _EVERYBODY | {"partnerships:read", "exchange:read", "exchange:operate"},
}
