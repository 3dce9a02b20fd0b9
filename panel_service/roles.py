"""What each role of the Panel may do."""

from collections.abc import Mapping

_EVERYBODY = frozenset({"reference:read"})
_READS_CASES = _EVERYBODY | {"cases:read", "cases:read-pseudonymised", "partnerships:read"}

ROLE_SCOPES: Mapping[str, frozenset[str]] = {
    "secretariat": _READS_CASES | {"decisions:write", "exchange:read", "intake:write"},
    "member": _READS_CASES,
    "chair": _READS_CASES | {"decisions:write"},
    # An analyst learns from cases without learning whose they are.
    "analyst": _EVERYBODY | {"cases:read-pseudonymised", "partnerships:read"},
    "auditor": _EVERYBODY | {"audit:read"},
    "administrator": _EVERYBODY | {"partnerships:read", "exchange:read", "exchange:operate"},
}
