"""What each role of the Panel may do."""

from collections.abc import Mapping

_EVERYBODY = frozenset({"reference:read"})
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
    "secretariat": _READS_PANEL | _CONSIDERS | {"members:write", "meetings:write", "exchange:read"},
    "member": _READS_PANEL | {"interests:declare"},
    "chair": _READS_PANEL | _CONSIDERS,
    # An analyst learns from cases without learning whose they are.
    "analyst": _EVERYBODY | {"cases:read-pseudonymised", "partnerships:read"},
    "auditor": _EVERYBODY | {"audit:read"},
    "administrator": _EVERYBODY | {"partnerships:read", "exchange:read", "exchange:operate"},
}
