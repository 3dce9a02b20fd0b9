"""Text as callers may give it: trimmed, of bounded length, and free of characters that no person can have meant."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError

from shared_schemas.classification import Classification, Classified

# Unicode's control characters, of which only tab and new line belong in text.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain_line_ends(value: Any) -> Any:
    """Windows' and old Macintosh's line ends become plain ones, so that text pasted from a desktop is not refused."""
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def refuse_control_characters(value: str) -> str:
    """Refuse what PostgreSQL cannot store (NUL) and what no screen shows; pydantic itself refuses lone surrogates."""
    if _CONTROL.search(value):
        raise PydanticCustomError("text_has_control_characters", "holds a control character")
    return value


ShortText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    BeforeValidator(plain_line_ends),
    AfterValidator(refuse_control_characters),
]
"""One to 200 characters: a title, a name of an office, a place."""

PersonName = Annotated[ShortText, Classified(Classification.IDENTIFYING)]
"""A person's name in whatever script and order the person uses."""

Narrative = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000),
    BeforeValidator(plain_line_ends),
    AfterValidator(refuse_control_characters),
    Classified(Classification.SPECIAL_CATEGORY),
]
"""One to 20,000 characters of free text, which is taken to hold special category data whatever it says."""

Reference = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:\-]{0,63}$")
]
"""A caller's own reference: up to 64 letters, digits and `. _ : -`, so that it can stand in a path unescaped."""
