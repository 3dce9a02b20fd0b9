from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from local_service.identifiers import NhsNumber, UniquePupilNumber, upn_check_letter

NHS: TypeAdapter[str] = TypeAdapter(NhsNumber)
UPN: TypeAdapter[str] = TypeAdapter(UniquePupilNumber)
digits = st.text("0123456789", min_size=9, max_size=9)


def fault(adapter: TypeAdapter[str], value: Any, context: dict[str, Any] | None = None) -> str:
    with pytest.raises(ValidationError) as refused:
        adapter.validate_python(value, context=context)
    error = refused.value.errors(include_url=False, include_input=False)[0]
    assert str(value) not in str(error)
    return error["type"]


@pytest.mark.parametrize("value", ["9434765919", "9000000009", "9876543210"])
def test_valid_nhs_numbers(value: str) -> None:
    assert NHS.validate_python(value) == value


def test_the_usual_spaces_are_taken_out() -> None:
    assert NHS.validate_python("943 476 5919") == "9434765919"


@pytest.mark.parametrize(
    "value",
    [
        "9434765918",
        "943476591",
        "94347659190",
        "9434765919\n",
        " 9434765919",
        "943-476-5919",
        "94 34765919",
        "943476591a",
    ],
)
def test_nhs_numbers_of_another_shape_or_check_digit_are_refused(value: str) -> None:
    assert fault(NHS, value) == "nhs_number_not_valid"


def test_digits_of_another_script_are_refused() -> None:
    arabic_indic = "9434765919".translate({ord("0") + digit: 0x0660 + digit for digit in range(10)})
    assert fault(NHS, arabic_indic) == "nhs_number_not_valid"


def test_numbers_kept_for_tests_are_refused_when_live() -> None:
    assert fault(NHS, "943 476 5919", {"live": True}) == "nhs_number_for_tests"
    assert NHS.validate_python("9434765919", context={"live": False}) == "9434765919"
    assert NHS.validate_python("4010232137", context={"live": True}) == "4010232137"


@given(digits.map(lambda rest: "6" + rest[1:]))
def test_at_most_one_check_digit_fits(first_nine: str) -> None:
    candidates = [first_nine + digit for digit in "0123456789"]
    weighted = sum(int(digit) * weight for digit, weight in zip(first_nine, range(10, 1, -1), strict=True))
    expected = (11 - weighted % 11) % 11
    assert [value for value in candidates if _is_valid(NHS, value)] == candidates[expected : expected + 1]


@pytest.mark.parametrize("value", ["A950000178301", "H243278544154"])
def test_valid_unique_pupil_numbers(value: str) -> None:
    assert UPN.validate_python(value) == value


@pytest.mark.parametrize(
    "value",
    [
        "R247962919251",
        "X428558133462",
        "a950000178301",
        "A950000178301\n",
        "A95000017830",
        "A95000017830I",
        "I950000178301",
        "A9500001783O1",
    ],
)
def test_unique_pupil_numbers_of_another_shape_or_check_letter_are_refused(value: str) -> None:
    assert fault(UPN, value) == "unique_pupil_number_not_valid"


@given(st.text("0123456789", min_size=11, max_size=11), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUVWXYZ"))
def test_exactly_one_check_letter_fits_temporary_numbers_included(eleven: str, last: str) -> None:
    fitting = [letter for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if _is_valid(UPN, letter + eleven + last)]
    assert fitting == [upn_check_letter(eleven + last)]


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 11), st.integers(1, 9))
def test_a_single_wrong_digit_is_always_caught(following: str, place: int, shift: int) -> None:
    wrong = following[:place] + str((int(following[place]) + shift) % 10) + following[place + 1 :]
    assert _is_valid(UPN, upn_check_letter(following) + following)
    assert not _is_valid(UPN, upn_check_letter(following) + wrong)


def _is_valid(adapter: TypeAdapter[str], value: str) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True
