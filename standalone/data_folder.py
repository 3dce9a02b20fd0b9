import shutil
from collections.abc import Callable
from pathlib import Path

from standalone.binaries import Binaries
from standalone.errors import ClusterFailed
from standalone.server_user import ServerUser, temporary_home

SUPERUSER = "postgres"


def make_data_folder(
    home: Path,
    *,
    binaries: Binaries,
    user: ServerUser | None,
    password: str,
    fsync: bool,
    run: Callable[[list[str]], None],
) -> Path:
    """Make `home/data` with initdb unless it is there; return it. A kill in the middle leaves nothing half made."""
    data = home / "data"
    if data.exists():
        _refuse_other_version(data, binaries)
        return data
    unfinished = home / "data.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    password_file = _password_file(home, password, user)
    try:
        run(_initdb(binaries, unfinished, password_file, fsync=fsync))
    finally:
        password_file.unlink(missing_ok=True)
    unfinished.rename(data)
    return data


def remove_data(state_dir: Path) -> list[Path]:
    """Delete the database's files of `state_dir`, wherever they lie; return the folders that were removed."""
    homes = [home for home in (state_dir / "postgres", temporary_home(state_dir)) if home.exists()]
    for home in homes:
        shutil.rmtree(home)
    return homes


def _initdb(binaries: Binaries, folder: Path, password_file: Path, *, fsync: bool) -> list[str]:
    # The order of C.UTF-8 is that of code points, the same on every machine; from 17 on the server brings it along.
    builtin = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if binaries.major >= 17 else []
    return [
        *(binaries.initdb, "--pgdata", str(folder), "--username", SUPERUSER, "--pwfile", str(password_file)),
        *("--auth=scram-sha-256", "--data-checksums", "--encoding=UTF8", "--locale=C", *builtin),
        *([] if fsync else ["--no-sync"]),
    ]


def _password_file(home: Path, password: str, user: ServerUser | None) -> Path:
    """A file that only the server's user can read, for the moment in which initdb reads it."""
    path = home / "password"
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_text(password, encoding="utf-8")
    if user is not None:
        shutil.chown(path, user.uid, user.gid)
    return path


def _refuse_other_version(data: Path, binaries: Binaries) -> None:
    made_by = (data / "PG_VERSION").read_text(encoding="utf-8").strip()
    if made_by != str(binaries.major):
        message = (
            f"The data in {data} were made by PostgreSQL {made_by}, and {binaries.folder} holds "
            f"{binaries.major}: put {made_by} back, or `make clean-data` to start afresh."
        )
        raise ClusterFailed(message)
