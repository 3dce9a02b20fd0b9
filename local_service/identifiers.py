"""The numbers a child is known by: shape and check digit, never whether the number was issued to anybody."""

import re
from typing import Annotated

from nhs_number.validate import is_valid
from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from shared_schemas.classification import Classification, Classified

# The library accepts Arabic-Indic digits, a trailing newline and dashes, so the shape is settled before it is asked.
_NHS_SHAPE = re.compile("[0-9]{10}|[0-9]{3} [0-9]{3} [0-9]{4}")
_UPN_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"  # the letters I, O and S are not used
_UPN_SHAPE = re.compile(f"[{_UPN_LETTERS}][0-9]{{11}}[0-9{_UPN_LETTERS}]")


def check_nhs_number(value: str, info: ValidationInfo) -> str:
    """Ten digits without spaces. With the validation context `{"live": True}` numbers kept for tests are refused."""
    digits = value.replace(" ", "")
    if not _NHS_SHAPE.fullmatch(value) or not is_valid(digits):
        raise PydanticCustomError("nhs_number_not_valid", "is not a valid NHS number")
    # Numbers from 900 000 0000 on are never issued to anybody.
    if (info.context or {}).get("live") and digits.startswith("9"):
        raise PydanticCustomError("nhs_number_for_tests", "is an NHS number kept for tests")
    return digits


def upn_check_letter(following: str) -> str:
    """The first letter of a unique pupil number, from the twelve characters that follow it.

    Each is weighted by its place (2 to 13) and the sum taken modulo 23; a temporary number's last letter counts as its
    own place among the 23 letters (Department for Education, unique pupil numbers guide).
    """
    total = sum(place * _upn_value(character) for place, character in enumerate(following, start=2))
    return _UPN_LETTERS[total % 23]


def check_unique_pupil_number(value: str) -> str:
    """Thirteen characters whose first is the check letter of the rest."""
    if not _UPN_SHAPE.fullmatch(value) or value[0] != upn_check_letter(value[1:]):
        raise PydanticCustomError("unique_pupil_number_not_valid", "is not a valid unique pupil number")
    return value


def _upn_value(character: str) -> int:
    return int(character) if character.isdigit() else _UPN_LETTERS.index(character)


NhsNumber = Annotated[
    str,
    AfterValidator(check_nhs_number),
    Field(
        description="Ten digits with a valid check digit; the usual spaces may be given.",
        examples=["943 476 5919"],
    ),
    Classified(Classification.IDENTIFYING),
]
UniquePupilNumber = Annotated[
    str,
    AfterValidator(check_unique_pupil_number),
    Field(description="Thirteen characters with a valid check letter.", examples=["A950000178301"]),
    Classified(Classification.IDENTIFYING),
]
