"""The model's own tests run with `make model`; here only that its parts stay together."""

import re

from tests.model.checking import MODEL, WITHOUT


def test_each_rule_that_can_be_taken_away_is_in_the_model() -> None:
    assert set(re.findall(r"#if(?:n)?def WITHOUT_(\w+)", MODEL.read_text())) == set(WITHOUT)
