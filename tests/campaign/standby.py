"""A synchronous standby of a server, which takes its place."""

import asyncio
import subprocess

import asyncpg

from standalone.binaries import find_binaries
from standalone.ports import choose_port
from standalone.postgres import SETTINGS
from tests.campaign.course import Skipped
from tests.campaign.servers import Server

SECONDS = 60


class Standby:
    """Follows the server until that is killed; then its data are the server's."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.data = server.home / "standby"
        self.binaries = find_binaries(server.user, copy_into=server.home)
        self.process: subprocess.Popen[bytes] | None = None
        if not (self.binaries.folder / "pg_basebackup").exists():
            raise Skipped("pg_basebackup is not among the server's programs")

    async def follow(self) -> None:
        """Copy the server, follow it, and let no commit be acknowledged that the copy has not."""
        password = self.server.state.secret("postgres")
        source = f"host=127.0.0.1 port={self.server.port} user=postgres password={password}"
        with self.server.host.inside():
            program = str(self.binaries.folder / "pg_basebackup")
            copied = self.server._spawn(
                [program, "-d", source, "-D", str(self.data), "-R", "-X", "stream", "-c", "fast"]
            )
            if copied.wait(SECONDS) != 0:
                raise Skipped("pg_basebackup did not succeed here")
            port = choose_port(avoid=[self.server.port])
            self.process = self.server._spawn(
                [self.binaries.postgres, "-D", str(self.data), f"--port={port}",
                 "--listen_addresses=127.0.0.1", "--unix_socket_directories=",
                 # Not fewer than its primary has, or it does not follow.
                 f"--max_connections={SETTINGS['max_connections']}"]
            )  # fmt: skip
            await self._until_synchronous()

    async def _until_synchronous(self) -> None:
        url = self.server.superuser_url().replace("postgresql+asyncpg", "postgresql", 1)
        connection = await asyncpg.connect(url, ssl=False)
        try:
            await connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            await connection.execute("SELECT pg_reload_conf()")
            for _ in range(SECONDS * 10):
                if await connection.fetchval(
                    "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'"
                ):
                    return
                await asyncio.sleep(0.1)
            await connection.execute("ALTER SYSTEM RESET synchronous_standby_names")
            await connection.execute("SELECT pg_reload_conf()")
            raise Skipped("the standby did not become synchronous")
        finally:
            await connection.close()

    def take_over(self) -> None:
        """Put the standby's data in the server's place, promoted, at the server's address."""
        self.stop()
        (self.data / "standby.signal").unlink()
        with (self.data / "postgresql.auto.conf").open("a") as settings:
            settings.write("synchronous_standby_names = ''\nprimary_conninfo = ''\n")
        self.server.data.rename(self.server.home / "gone")
        self.data.rename(self.server.data)

    def stop(self) -> None:
        """Stop following."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait(10)
