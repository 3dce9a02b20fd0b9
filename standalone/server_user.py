"""As which user the database server runs, and in which folder that user can keep its data.

PostgreSQL refuses to run as root. No user is made and no folder's permissions are opened for it:
where the state folder lies out of its reach, its data go into a private folder of the system's
temporary area.
"""

import hashlib
import os
import pwd
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from standalone.errors import StandaloneError
from standalone.state import make_private_folder


@dataclass(frozen=True)
class ServerUser:
    """An existing account that root drops to."""

    name: str
    uid: int
    gid: int


def choose_server_user() -> ServerUser | None:
    """None for an ordinary user, who runs the server as themself; for root `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return ServerUser(name, entry.pw_uid, entry.pw_gid)
    message = "PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it: run as an ordinary user."
    raise StandaloneError(message)


def home_for_server(state_dir: Path, user: ServerUser | None) -> Path:
    """Make (or find again) the folder, 0700 and owned by the server's user, that holds the database's files."""
    make_private_folder(state_dir, traversable=user is not None)
    home = state_dir / "postgres"
    if user is None:
        make_private_folder(home)
        return home
    _make_owned(home, user)
    if _can_enter(home, user):
        return home
    home.rmdir()
    elsewhere = temporary_home(state_dir)
    _make_owned(elsewhere, user)
    if _can_enter(elsewhere, user):
        return elsewhere
    message = f"The user {user.name} can reach neither {home} nor {elsewhere}: run as an ordinary user, or set TMPDIR."
    raise StandaloneError(message)


def temporary_home(state_dir: Path) -> Path:
    """The one folder of the system's temporary area that belongs to this state folder."""
    digest = hashlib.sha256(os.fsencode(state_dir.resolve())).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"practice-review-exchange-{digest}"


def _make_owned(folder: Path, user: ServerUser) -> None:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        # The temporary area is open to all: a folder or link that somebody else put there is not used.
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in {user.uid, os.geteuid()}:
            message = f"{folder} is in the way: it is not a folder of the user {user.name}. Remove it."
            raise StandaloneError(message) from None
    os.chown(folder, user.uid, user.gid, follow_symlinks=False)
    folder.chmod(0o700)


def _can_enter(folder: Path, user: ServerUser) -> bool:
    tried = subprocess.run(
        ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)],
        check=False,
        cwd="/",
        stderr=subprocess.DEVNULL,
        user=user.uid,
        group=user.gid,
        extra_groups=[],
    )
    return tried.returncode == 0
