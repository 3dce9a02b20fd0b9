import signal
import subprocess
import time
from pathlib import Path

from standalone.binaries import Binaries, find_binaries
from standalone.child import start_child
from standalone.data_folder import SUPERUSER, make_data_folder, remove_data
from standalone.errors import ClusterFailed, PortTaken
from standalone.ports import LOOPBACK, choose_port
from standalone.postmaster import end_former, lock_file_mark, says_ready
from standalone.process_log import ProcessLog
from standalone.server_user import choose_server_user, home_for_server
from standalone.state import State, make_private_folder

START_SECONDS = 60
# After a kill -9 the old server's backends hold its shared memory until they notice, within a second or two.
FORMER_BACKENDS_SECONDS = 20
SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "max_connections": "200",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # Statements and their values are data about people: the server's log names the fault only.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
}
# For throwaway data only: a power cut may destroy them. What was committed still outlives a kill -9 of any process,
# for which synchronous_commit has to stay on.
WITHOUT_FSYNC = {"fsync": "off", "full_page_writes": "off"}


class EmbeddedCluster:
    """One PostgreSQL server of this project's own, whose data and secrets live under `state_dir`.

    It listens on loopback TCP alone and wants a password from everybody. One runner at a time may
    use a state folder (`standalone.lock` sees to that); `start` must be called from the main thread.
    """

    def __init__(self, state_dir: Path, state: State | None = None) -> None:
        self.state_dir = state_dir.absolute()
        self.user = choose_server_user()
        self.home = home_for_server(self.state_dir, self.user)
        self.data = self.home / "data"
        self.state = state or State(self.state_dir)
        self.log = ProcessLog(self.state_dir / "logs" / "postgres.log")
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def url(self, role: str, password: str, database: str) -> str:
        """The SQLAlchemy URL by which `role` reaches `database` on this server."""
        return f"postgresql+asyncpg://{role}:{password}@{LOOPBACK}:{self.port}/{database}"

    def superuser_url(self, database: str = SUPERUSER) -> str:
        """For making roles and databases; no service ever gets it."""
        return self.url(SUPERUSER, self.state.secret(SUPERUSER), database)

    def start(self, *, fsync: bool = True, port: int | None = None) -> None:
        """Start the server, making its data folder first if need be, and return once it takes connections.

        The port is `port`, else the one of the last start, else a free one; if it is taken, another free
        one, which is then kept. Raises NoPostgres or ClusterFailed.
        """
        if self.is_running():
            return
        binaries = find_binaries(self.user, copy_into=self.home)
        make_private_folder(self.log.path.parent)
        self.log.keep_former()
        make_data_folder(
            self.home,
            binaries=binaries,
            user=self.user,
            password=self.state.secret(SUPERUSER),
            fsync=fsync,
            run=self._run_to_its_end,
        )
        end_former(self.data)
        self.port = choose_port(port or self.state.port("postgres"))
        self._start_server(binaries, SETTINGS if fsync else SETTINGS | WITHOUT_FSYNC)
        self.state.remember_port("postgres", self.port)

    def stop(self) -> None:
        """Shut down fast and cleanly; after twenty seconds without regard, and the data recover at the next start."""
        if self.process is None:
            return
        for number, seconds in ((signal.SIGINT, 20), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
            self.process.send_signal(number)
            try:
                self.process.wait(seconds)
                break
            except subprocess.TimeoutExpired:
                continue
        self.process = None

    def is_running(self) -> bool:
        """Whether the server that this object started is still there."""
        return self.process is not None and self.process.poll() is None

    def remove(self) -> None:
        """Stop the server and delete its data, wherever they are."""
        self.stop()
        end_former(self.data)
        remove_data(self.state_dir)

    def _start_server(self, binaries: Binaries, settings: dict[str, str]) -> None:
        tried = {self.port}
        until = time.monotonic() + FORMER_BACKENDS_SECONDS
        while True:
            options = [f"--{name}={value}" for name, value in settings.items()]
            try:
                self._try_start([binaries.postgres, "-D", str(self.data), *options, f"--port={self.port}"])
            except PortTaken:
                self.port = choose_port(avoid=tried)
                tried.add(self.port)
            except ClusterFailed:
                if "still in use" not in self.log.text() or time.monotonic() > until:
                    raise
                time.sleep(0.2)
            else:
                return

    def _try_start(self, command: list[str]) -> None:
        former = lock_file_mark(self.data)
        self.process = self._spawn(command)
        until = time.monotonic() + START_SECONDS
        while lock_file_mark(self.data) == former or not says_ready(self.data):
            if self.process.poll() is not None:
                if "could not bind" in self.log.text():
                    raise PortTaken
                raise ClusterFailed("PostgreSQL ended while starting. " + self.log.last_lines())
            if time.monotonic() > until:
                self.stop()
                raise ClusterFailed(
                    f"PostgreSQL was not ready after {START_SECONDS} seconds. {self.log.last_lines()}"
                )
            time.sleep(0.01)

    def _run_to_its_end(self, command: list[str]) -> None:
        if self._spawn(command).wait() != 0:
            raise ClusterFailed("PostgreSQL's data folder could not be made. " + self.log.last_lines())

    def _spawn(self, command: list[str]) -> subprocess.Popen[bytes]:
        with self.log.open() as log:
            return start_child(
                command,
                environment={"PATH": "/usr/bin:/bin", "HOME": str(self.home), "LC_ALL": "C", "TZ": "UTC"},
                folder=self.home,
                log=log,
                when_orphaned=signal.SIGINT,
                user=self.user,
            )
