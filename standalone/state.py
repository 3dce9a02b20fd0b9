import json
import os
import secrets
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from standalone.errors import StandaloneError


def make_private_folder(path: Path, *, traversable: bool = False) -> None:
    """Make `path` with mode 0700, or 0711 where another user's process must reach a folder inside it."""
    path.mkdir(parents=True, exist_ok=True)
    wanted = 0o711 if traversable else 0o700
    if path.stat().st_uid == os.geteuid():
        path.chmod(wanted)
    elif not os.access(path, os.W_OK | os.X_OK):
        message = f"{path} belongs to another user. Run as that user, or remove it, or give --state-dir another folder."
        raise StandaloneError(message)


def write_private(path: Path, text: str) -> None:
    """Replace `path` whole or not at all, with mode 0600, so that a kill never leaves half a file."""
    new = path.with_name(f"{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


class State:
    """What one state folder remembers between runs (`state.json`, 0600): ports, and secrets made once."""

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / "state.json"
        self._sections: dict[str, dict[str, Any]] = {"ports": {}, "secrets": {}}
        try:
            self._sections |= json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            pass
        except (OSError, ValueError) as error:
            message = f"{self.path} cannot be read; `make clean-data` starts afresh."
            raise StandaloneError(message) from error

    def port(self, name: str) -> int | None:
        """The port that `name` had last time, if it had one."""
        port: int | None = self._sections["ports"].get(name)
        return port

    def remember_port(self, name: str, port: int) -> None:
        """Keep the port of `name` for the next run."""
        if self.port(name) != port:
            self._sections["ports"][name] = port
            self._save()

    def secret(self, name: str, make: Callable[[], str] = lambda: secrets.token_urlsafe(24)) -> str:
        """The secret called `name`, made at its first use. The default holds only letters, digits, `-` and `_`."""
        held = self._sections["secrets"]
        if name not in held:
            held[name] = make()
            self._save()
        secret: str = held[name]
        return secret

    def _save(self) -> None:
        write_private(self.path, json.dumps(self._sections, indent=2) + "\n")
