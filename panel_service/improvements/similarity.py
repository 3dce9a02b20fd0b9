"""How alike two recommendations are: by the words they share, so that a person can see why."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping
from types import MappingProxyType

# Words too common to tell one recommendation from another.
COMMON = frozenset(
    [
        "a",
        "about",
        "across",
        "all",
        "also",
        "an",
        "and",
        "any",
        "are",
        "as",
        "at",
        "be",
        "been",
        "being",
        "between",
        "both",
        "but",
        "by",
        "can",
        "could",
        "do",
        "does",
        "each",
        "ensure",
        "ensured",
        "every",
        "for",
        "from",
        "given",
        "had",
        "has",
        "have",
        "how",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "make",
        "made",
        "more",
        "must",
        "need",
        "no",
        "not",
        "of",
        "on",
        "one",
        "or",
        "other",
        "our",
        "out",
        "over",
        "own",
        "review",
        "set",
        "should",
        "so",
        "such",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "through",
        "to",
        "under",
        "up",
        "upon",
        "use",
        "was",
        "we",
        "were",
        "what",
        "when",
        "where",
        "whether",
        "which",
        "who",
        "will",
        "with",
        "within",
        "would",
    ]
)
WORD = re.compile(r"[a-z0-9]+")
ENDINGS = ("ations", "ation", "ings", "ing", "ies", "ed", "es", "ly", "e", "s", "y")
SHORTEST_STEM = 4
BANDS = 16
ROWS = 2  # with 16 bands of 2, texts that share a third of their words meet with a chance of 5 in 6
PRIME = (1 << 61) - 1
ALIKE = 0.3
ALIKE_ON_ONE_THEME = 0.15

# Words that suggest a theme; a person decides whether it is one.
THEME_WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "information_sharing": ("information sharing", "share information", "sharing information"),
        "voice_of_the_child": ("voice of the child", "child's voice", "lived experience", "daily life"),
        "thresholds_and_step_down": ("threshold", "step down", "step-down", "case closure"),
        "domestic_abuse": ("domestic abuse", "domestic violence", "coercive control"),
        "parental_substance_misuse": ("substance misuse", "alcohol", "drug use"),
        "parental_mental_health": ("parental mental health", "perinatal mental health"),
        "non_accidental_injury_under_one": ("bruising", "non-accidental injury", "non-mobile", "not mobile"),
        "safer_sleeping": ("safer sleep", "safe sleep", "unexpected death in infancy"),
        "neglect": ("neglect",),
        "child_criminal_exploitation": ("criminal exploitation", "county lines"),
        "child_sexual_abuse_in_the_family": ("sexual abuse",),
        "elective_home_education": ("home education", "home educated"),
        "professional_curiosity": ("professional curiosity", "critical thinking"),
        "supervision_and_management_oversight": ("supervision", "management oversight"),
        "transitions": ("transition", "transfer between"),
        "mental_health_and_self_harm": ("self-harm", "self harm", "suicide"),
        "disability": ("disabled", "disability"),
        "racism_and_inequalities": ("racism", "ethnicity", "adultification", "inequalit"),
        "fathers_and_males_in_household": ("father", "male carer", "men in the household"),
        "multi_agency_strategy_discussions": (
            "strategy discussion",
            "strategy meeting",
            "multi-agency pathway",
        ),
        "missing_children": ("missing episode", "missing from", "return home interview"),
        "placements_out_of_area": ("out of area", "out-of-area"),
        "weapons_and_knife_crime": ("knife", "weapon"),
        "online_harm": ("online", "social media"),
        "unregistered_settings": ("unregistered",),
        "early_help": ("early help",),
    }
)


def suggested_themes(text: str) -> list[str]:
    """Name the themes whose words a text holds."""
    plain = " ".join(text.casefold().split())
    return [theme for theme, phrases in THEME_WORDS.items() if any(phrase in plain for phrase in phrases)]


def words_of(text: str) -> frozenset[str]:
    """Give a text's telling words, without their endings."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return frozenset(_stem(word) for word in WORD.findall(plain) if word not in COMMON and len(word) > 1)


def jaccard(one: Collection[str], other: Collection[str]) -> float:
    """Give the share of words that both have among those that either has, from 0 to 1."""
    either = set(one) | set(other)
    return len(set(one) & set(other)) / len(either) if either else 0.0


def is_alike(score: float, *, shares_theme: bool) -> bool:
    """Whether a score is worth a person's look: less suffices where a theme is shared."""
    return score >= (ALIKE_ON_ONE_THEME if shares_theme else ALIKE)


def band_signatures(words: Collection[str]) -> list[int]:
    """Give the min-hash bands of a set of words as signed 64-bit numbers; the same on every machine, for ever."""
    if not words:
        return []
    hashes = [_hash(word) for word in words]
    smallest = [min((a * value + b) % PRIME for value in hashes) for a, b in _COEFFICIENTS]
    return [_signed(f"{band}:{smallest[band * ROWS : (band + 1) * ROWS]}") for band in range(BANDS)]


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()) % PRIME


def _signed(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), signed=True)


_COEFFICIENTS = [
    (_hash(f"multiplier {number}") or 1, _hash(f"summand {number}")) for number in range(BANDS * ROWS)
]
