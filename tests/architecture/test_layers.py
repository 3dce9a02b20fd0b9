"""The house: who imports whom, whose words are spoken where, what the locks hold."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("local_service", "panel_service", "service_kit", "shared_schemas", "standalone")
# The kit serves any two services that hand each other facts: the words of this domain stay out of it.
DOMAIN_WORDS = re.compile(
    r"child|case|review|panel|partnership|notification|safeguard|decision|incident|abuse|neglect|local_authorit|police",
    re.IGNORECASE,
)
# Words that only look like ours.
SQL_WORDS = {"case"}  # CASE WHEN … THEN … END
NOT_DOMAIN = {"casefold", "lowercase", "uppercase", "snake_case", "camelcase", "child_process"}


def test_imports_respect_the_layers() -> None:
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


def identifiers(source: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    for line, name in names_in(tree):
        if name not in SQL_WORDS or not imports_from_sqlalchemy(tree, name):
            yield line, name


def imports_from_sqlalchemy(tree: ast.AST, name: str) -> bool:
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "sqlalchemy"
        and any(alias.name == name for alias in node.names)
        for node in ast.walk(tree)
    )


def names_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        line = getattr(node, "lineno", 0)
        match node:
            case ast.Name(id=name) | ast.Attribute(attr=name) | ast.arg(arg=name) | ast.alias(name=name):
                yield line, name
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield line, name
            case ast.keyword(arg=str(name)):
                yield line, name


@pytest.mark.parametrize("path", sorted((ROOT / "service_kit").rglob("*.py")), ids=lambda path: path.name)
def test_the_kit_speaks_no_word_of_the_domain(path: Path) -> None:
    found = [
        f"{path.name}:{line} {name}"
        for line, name in identifiers(path.read_text())
        if DOMAIN_WORDS.search(name) and name.lower() not in NOT_DOMAIN
    ]
    assert not found


def test_the_kits_tables_speak_no_word_of_the_domain() -> None:
    from service_kit.exchange import models  # noqa: F401 -- puts its tables into the metadata
    from service_kit.tables import KitBase

    names = [
        name
        for table in KitBase.metadata.tables.values()
        for name in (table.name, *(column.name for column in table.columns))
    ]
    assert [name for name in names if DOMAIN_WORDS.search(name)] == []


@pytest.mark.parametrize("lock", sorted(ROOT.glob("requirements*.lock")), ids=lambda path: path.name)
def test_no_lock_names_a_host(lock: Path) -> None:
    text = lock.read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--hash=sha256:" in text


def test_only_one_module_speaks_http_to_others() -> None:
    importers = [
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        if package != "standalone"
        for path in (ROOT / package).rglob("*.py")
        if re.search(r"^\s*(import|from) httpx", path.read_text(), re.MULTILINE)
    ]
    assert importers == ["service_kit/exchange/client.py"]
