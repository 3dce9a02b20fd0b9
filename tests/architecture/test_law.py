"""`docs/law.md` names, for each provision, the rule that holds it and the test that shows so: both must be there."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from service_kit.clock.rule_sets import published_rule_sets

ROOT = Path(__file__).resolve().parents[2]
LAW = ROOT / "docs" / "law.md"
ROW = re.compile(
    r"^\| (?!Provision|-)(?P<provision>[^|]+) \| (?P<rules>[^|]+) \| (?P<tests>[^|]+) \|$", re.MULTILINE
)
RULE = re.compile(r"`([a-z_.0-9]+):([A-Za-z_.]+)`")
TEST = re.compile(r"`(tests/[a-z_/0-9]+\.py)::(test_[a-z_0-9]+)`")
# Regulation 6 lets the Secretary of State pay reviewers: nothing here pays anybody.
REGULATIONS = [number for number in range(3, 18) if number != 6]
SECTIONS = ("s16B", "s16C", "s16D", "s16E", "s16F", "s16G", "s16H")


def rows() -> list[tuple[str, str, str]]:
    found = [(row["provision"], row["rules"], row["tests"]) for row in ROW.finditer(LAW.read_text())]
    assert len(found) > 80
    return found


@cache
def names_of(path: Path) -> frozenset[str]:
    """Every function, class, method and constant that a module makes."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names.update(target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return frozenset(names)


def test_every_row_names_a_rule_and_a_test() -> None:
    for provision, rules, tests in rows():
        assert RULE.search(rules), provision
        assert TEST.search(tests), provision


def test_every_rule_is_there() -> None:
    for provision, rules, _ in rows():
        for module, name in RULE.findall(rules):
            path = ROOT / f"{module.replace('.', '/')}.py"
            assert path.exists(), (provision, module)
            assert set(name.split(".")) <= names_of(path), (provision, module, name)


def test_every_test_is_there() -> None:
    for provision, _, tests in rows():
        for file, name in TEST.findall(tests):
            path = ROOT / file
            assert path.exists(), (provision, file)
            assert name in names_of(path), (provision, file, name)


@pytest.mark.parametrize("number", REGULATIONS)
def test_every_regulation_has_its_rule(number: int) -> None:
    assert any(number in numbers_in(provision) for provision, _, _ in rows())


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_has_its_rule(section: str) -> None:
    assert any(section in provision for provision, _, _ in rows())


def test_every_duty_of_every_rule_set_is_in_it() -> None:
    text = LAW.read_text()
    codes = {
        duty.code for code in published_rule_sets().codes() for duty in published_rule_sets().get(code).duties
    }
    assert sorted(code for code in codes if f"`{code}`" not in text) == []


def numbers_in(provision: str) -> set[int]:
    """The numbers of regulations that a provision names: "reg 9", "regs 4(3), 5 and 7", "regs 3 to 5"."""
    found: set[int] = set()
    for span in re.findall(
        r"\breg(?:ulation)?s?\.? ((?:\d+(?:\(\w+\))*(?:, | and | or | to |-)?)+)", provision
    ):
        found |= {int(number) for number in re.findall(r"(?<!\()\b(\d+)", span)}
    return found
