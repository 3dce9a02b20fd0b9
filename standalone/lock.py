import fcntl
import json
import os
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from standalone.errors import AlreadyRunning
from standalone.state import make_private_folder


class RunLock:
    """At most one runner per state folder: `lock`, held with flock, tells others who runs and where.

    The kernel lets go of it when the runner dies, however it dies. The file itself stays.
    """

    def __init__(self, state_dir: Path) -> None:
        self.path = state_dir / "lock"
        self.last_run_was_killed = False
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        """Raises AlreadyRunning, which says where the other one is."""
        make_private_folder(self.path.parent, traversable=os.geteuid() == 0)
        file = self.path.open("a+", encoding="utf-8")
        self.path.chmod(0o600)
        file.seek(0)
        holder = file.read()
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise AlreadyRunning(_where(self.path.parent, holder)) from None
        self.last_run_was_killed = bool(holder)
        self._file = file
        self.publish({})
        return self

    def publish(self, addresses: dict[str, str]) -> None:
        """Let a second starter know our pid and, once they are up, the services' addresses."""
        self._write(json.dumps({"pid": os.getpid(), "addresses": addresses}))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._write("")
        if self._file is not None:
            self._file.close()

    def _write(self, text: str) -> None:
        if self._file is None:
            return
        self._file.seek(0)
        self._file.truncate()
        self._file.write(text)
        self._file.flush()


def _where(state_dir: Path, holder: str) -> str:
    try:
        told = json.loads(holder)
    except ValueError:
        return f"Already running in {state_dir}."
    addresses = ", ".join(f"{name} {url}" for name, url in told["addresses"].items()) or "still starting"
    return f"Already running in {state_dir}: process {told['pid']} ({addresses})."
