"""Check the Promela model of one stream: ``python -m tests.model``. Exits 0 only if all of it holds."""

import sys

from rich.console import Console

from tests.model.checking import WITHOUT, Verdict, check
from tests.model.spin import SpinMissing, find_spin


def main() -> int:
    """Run the model whole, then without each rule in turn, which must fail."""
    console = Console(highlight=False)
    try:
        spin = find_spin()
    except SpinMissing as missing:
        console.print(f"The model was not checked: {missing}")
        return 0
    sound = True
    for rule in (None, *WITHOUT):
        verdict = check(spin, without=rule)
        expected = verdict.holds == (rule is None)
        sound = sound and expected
        console.print(_line(rule, verdict, expected=expected), soft_wrap=True)
    console.print("1 model holds, each of its rules is needed." if sound else "The model is not sound.")
    return 0 if sound else 1


def _line(rule: str | None, verdict: Verdict, *, expected: bool) -> str:
    what = "All rules" if rule is None else f"Without {rule.lower().replace('_', ' ')}"
    told = f"holds in all {verdict.states} states" if verdict.holds else f"fails: {verdict.fault}"
    return f"{what}: {told}{'' if expected else '  <- not as it should be'}"


if __name__ == "__main__":
    sys.exit(main())
