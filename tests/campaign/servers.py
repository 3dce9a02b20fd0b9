"""A service's own PostgreSQL, to which the campaign may do what a machine does: kill it, fill its disk, fail its writes."""

import contextlib
import os
import shutil
import signal
import subprocess
from pathlib import Path

from standalone.binaries import Binaries
from standalone.child import start_child
from standalone.postgres import EmbeddedCluster
from tests.campaign.hosts import Host

VOLUME_MEGABYTES = 700
SPARE_BYTES = 40_960  # what is left when the disk is called full


class Server(EmbeddedCluster):
    """One server on one host, on a volume of its own where that can be had."""

    def __init__(self, folder: Path, host: Host) -> None:
        self.host = host
        self.volume = mount_volume(folder)
        super().__init__(folder)
        self.more_settings: dict[str, str] = {}
        self.more_environment: dict[str, str] = {}
        self._starts = 0
        self._ballasts = 0

    @property
    def has_own_volume(self) -> bool:
        """Whether its data lie on a disk that can be filled without harm to others."""
        return self.volume is not None and self.home.is_relative_to(self.volume)

    def start(self, *, fsync: bool = False, port: int | None = None) -> None:
        """Start it on its host; every log is kept, because all of them are searched in the end."""
        if self.is_running():
            return
        self._starts += 1
        if self.log.path.exists():
            self.log.path.replace(self.log.path.with_name(f"postgres-{self._starts}.log"))
        with self.host.inside():
            super().start(fsync=fsync or self.has_own_volume, port=port)

    def kill(self) -> None:
        """End the postmaster and each backend with SIGKILL at once, as a machine that stops does."""
        assert self.process is not None
        pids = [self.process.pid, *_children(self.process.pid)]
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(10)

    def fill_disk(self, *, leave: int = SPARE_BYTES) -> None:
        """Leave no room but a little."""
        space = os.statvfs(self.home)
        room = space.f_bavail * space.f_frsize - leave
        for wanted in (room, room // 2, room // 4):
            # The server takes of it meanwhile: then what is left is taken in smaller parts.
            self._ballasts += 1
            with (
                contextlib.suppress(OSError),
                (self.home / f"ballast-{self._ballasts}").open("wb") as file,
            ):
                if wanted > 0:
                    os.posix_fallocate(file.fileno(), 0, wanted)
                return

    def free_disk(self) -> None:
        """Give the room back."""
        for ballast in self.home.glob("ballast-*"):
            ballast.unlink()

    def remove(self) -> None:
        """Stop it and delete its data and its volume."""
        logs = self.log.path.parent
        if logs.is_dir():  # they outlive the volume
            shutil.copytree(
                logs, self.state_dir.with_name(f"postgres-of-{self.state_dir.name}"), dirs_exist_ok=True
            )
        super().remove()
        if self.volume is not None:
            subprocess.run(["umount", str(self.volume)], check=False, capture_output=True)

    def _start_server(self, binaries: Binaries, settings: dict[str, str]) -> None:
        super()._start_server(binaries, settings | self.more_settings)

    def _spawn(self, command: list[str]) -> "subprocess.Popen[bytes]":
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(self.home), "LC_ALL": "C", "TZ": "UTC"}
        with self.log.open() as log:
            return start_child(
                command,
                environment=environment | self.more_environment,
                folder=self.home,
                log=log,
                when_orphaned=signal.SIGINT,
                user=self.user,
            )


def mount_volume(folder: Path) -> Path | None:
    """Give a folder a small disk of its own; ``None`` where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    words = ["mount", "-t", "tmpfs", "-o", f"size={VOLUME_MEGABYTES}m,mode=711", "tmpfs", str(folder)]
    if os.geteuid() != 0:
        return None
    try:
        done = subprocess.run(words, check=False, capture_output=True, timeout=10)
    except OSError:
        return None
    return folder if done.returncode == 0 else None


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []
