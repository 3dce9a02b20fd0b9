from pathlib import Path
from typing import IO

LAST_LINES = 12


class ProcessLog:
    """The file that a child process writes to, and how far it went before this start."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begins_at = 0

    def keep_former(self) -> None:
        """Put the last run's file aside as `NAME.previous.log`, in place of the one before it."""
        if self.path.exists():
            self.path.replace(self.path.with_name(f"{self.path.stem}.previous.log"))

    def open(self) -> IO[bytes]:
        """Open for appending (0600); what was written before does not count as this start's."""
        file = self.path.open("ab")
        self.path.chmod(0o600)
        self._begins_at = file.tell()
        return file

    def text(self) -> str:
        """What was written since the file was last opened."""
        with self.path.open("rb") as file:
            file.seek(self._begins_at)
            return file.read().decode(errors="replace")

    def last_lines(self) -> str:
        """The end of it, under a line that says which file it comes from."""
        lines = self.text().splitlines()[-LAST_LINES:]
        return "\n".join([f"Last lines of {self.path}:", *(f"  {line}" for line in lines)])
