from itertools import combinations
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from panel_service.improvements.similarity import (
    ALIKE,
    BANDS,
    band_signatures,
    is_alike,
    jaccard,
    suggested_themes,
    words_of,
)
from shared_schemas.code_lists import code_list

ONE = "Make one multi-agency pathway for bruising in babies who are not mobile."
ALIKE_TEXT = "A single multi-agency pathway on bruising of non-mobile babies."
OTHER = "The police should record knife carrying at every stop of a young person."
words = st.sets(st.text(alphabet="abcdefghij", min_size=2, max_size=6), max_size=40)


def test_a_recommendation_in_other_words_is_alike_and_another_is_not() -> None:
    assert jaccard(words_of(ONE), words_of(ALIKE_TEXT)) >= ALIKE
    assert jaccard(words_of(ONE), words_of(OTHER)) < 0.1


def test_common_words_and_endings_tell_nothing_apart() -> None:
    assert words_of("The agencies should share the records") == words_of("agency's record sharing")


def test_less_suffices_on_one_theme() -> None:
    assert is_alike(0.2, shares_theme=True)
    assert not is_alike(0.2, shares_theme=False)


@given(one=words, other=words)
def test_the_score_is_a_share_that_favours_nobody(one: set[str], other: set[str]) -> None:
    score = jaccard(one, other)
    assert 0 <= score <= 1
    assert score == jaccard(other, one)
    assert (score == 1) == (one == other and bool(one))


@given(one=words)
def test_the_same_words_have_the_same_signature(one: set[str]) -> None:
    signatures = band_signatures(sorted(one))
    assert signatures == band_signatures(sorted(one, reverse=True))
    assert len(signatures) == (BANDS if one else 0)
    assert all(-(2**63) <= value < 2**63 for value in signatures)


def test_alike_texts_share_a_band_and_others_do_not() -> None:
    one, alike, other = (set(band_signatures(words_of(text))) for text in (ONE, ALIKE_TEXT, OTHER))
    assert one & alike
    assert not one & other


def test_few_texts_of_other_words_meet() -> None:
    """What makes the search scale: comparing is only for texts that share a band."""
    vocabulary = [f"word{number}" for number in range(400)]
    chooser = Random(7)  # noqa: S311 -- the same texts at each run
    texts = [frozenset(chooser.sample(vocabulary, 20)) for _ in range(200)]
    signatures = [set(band_signatures(text)) for text in texts]
    meet = sum(bool(one & other) for one, other in combinations(signatures, 2))
    assert meet / (200 * 199 / 2) < 0.05


def test_a_signature_is_the_same_for_ever() -> None:
    """Signatures are stored: changed arithmetic would lose every earlier text."""
    assert band_signatures({"bruising", "pathway"})[:2] == [-6075076083696457951, 4874120442217180673]


def test_words_suggest_themes_of_the_list() -> None:
    assert "non_accidental_injury_under_one" in suggested_themes(ONE)
    assert "weapons_and_knife_crime" in suggested_themes(OTHER)
    assert set(suggested_themes(ONE + OTHER)) <= set(code_list("theme").titles)
