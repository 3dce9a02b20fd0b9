import os
import signal
import socket
from pathlib import Path

import asyncpg
import pytest

from standalone.data_folder import SUPERUSER
from standalone.errors import ClusterFailed
from standalone.postgres import EmbeddedCluster
from tests.standalone.support import connect, finish, first_line, has_gone, mode_of, start_python, wait_until


async def write_one(cluster: EmbeddedCluster) -> None:
    connection = await connect(cluster.superuser_url())
    await connection.execute("CREATE TABLE kept (value text)")
    await connection.execute("INSERT INTO kept VALUES ('still here')")
    await connection.close()


async def read_one(cluster: EmbeddedCluster) -> str:
    connection = await connect(cluster.superuser_url())
    value: str = await connection.fetchval("SELECT value FROM kept")
    await connection.close()
    return value


async def test_the_server_is_private_utf8_and_tells_no_statements(cluster: EmbeddedCluster) -> None:
    connection = await connect(cluster.superuser_url())
    shown = {
        name: await connection.fetchval(f"SHOW {name}")
        for name in (
            "server_encoding",
            "timezone",
            "listen_addresses",
            "unix_socket_directories",
            "data_checksums",
            "password_encryption",
            "log_error_verbosity",
            "log_min_error_statement",
            "log_parameter_max_length_on_error",
        )
    }
    await connection.close()
    assert shown == {
        "server_encoding": "UTF8",
        "timezone": "UTC",
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "data_checksums": "on",
        "password_encryption": "scram-sha-256",
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length_on_error": "0",
    }
    assert mode_of(cluster.home) == 0o700
    assert mode_of(cluster.state.path) == 0o600


async def test_a_wrong_password_is_refused(cluster: EmbeddedCluster) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await connect(cluster.url(SUPERUSER, "wrong", "postgres"))


async def test_data_survive_a_killed_postmaster_with_busy_connections(cluster: EmbeddedCluster) -> None:
    await write_one(cluster)
    busy = [await connect(cluster.superuser_url()) for _ in range(3)]
    assert cluster.process is not None
    os.kill(cluster.process.pid, signal.SIGKILL)
    cluster.process.wait()
    assert not cluster.is_running()
    restarted = EmbeddedCluster(cluster.state_dir)
    restarted.start(fsync=False)
    assert await read_one(restarted) == "still here"
    restarted.stop()
    for connection in busy:
        connection.terminate()


async def test_a_second_start_keeps_port_and_password(cluster: EmbeddedCluster) -> None:
    await write_one(cluster)
    url = cluster.superuser_url()
    cluster.stop()
    again = EmbeddedCluster(cluster.state_dir)
    again.start(fsync=False)
    assert again.superuser_url() == url
    assert await read_one(again) == "still here"
    again.stop()


async def test_a_taken_port_gives_way_to_another_which_is_kept(cluster: EmbeddedCluster) -> None:
    former = cluster.port
    cluster.stop()
    with socket.create_server(("127.0.0.1", former)):
        cluster.start(fsync=False)
        assert cluster.port != former
    assert cluster.state.port("postgres") == cluster.port


async def test_a_server_left_over_by_a_killed_runner_gives_way(cluster: EmbeddedCluster) -> None:
    await write_one(cluster)
    successor = EmbeddedCluster(cluster.state_dir)
    successor.start(fsync=False)
    assert not cluster.is_running()
    assert await read_one(successor) == "still here"
    successor.stop()


def test_a_lock_file_naming_another_programs_pid_does_not_stop_the_start(cluster: EmbeddedCluster) -> None:
    cluster.stop()
    former = f"{os.getpid()}\n{cluster.data}\n0\n{cluster.port}\n\n127.0.0.1\n0 0\nready   \n"
    (cluster.data / "postmaster.pid").write_text(former, encoding="utf-8")
    cluster.start(fsync=False)
    assert cluster.is_running()


def test_data_of_another_major_version_are_refused_with_the_way_out(cluster: EmbeddedCluster) -> None:
    cluster.stop()
    (cluster.data / "PG_VERSION").write_text("9\n", encoding="utf-8")
    with pytest.raises(ClusterFailed, match=r"made by PostgreSQL 9.*make clean-data"):
        cluster.start(fsync=False)


STARTS_A_CLUSTER = """
import sys, time
from pathlib import Path
from standalone.postgres import EmbeddedCluster
cluster = EmbeddedCluster(Path(sys.argv[1]))
cluster.start(fsync=False)
print(cluster.process.pid, flush=True)
time.sleep(60)
"""


def test_the_server_ends_when_its_runner_is_killed(tmp_path: Path) -> None:
    runner = start_python(STARTS_A_CLUSTER, str(tmp_path / "state"))
    postmaster = int(first_line(runner))
    finish(runner)
    assert wait_until(lambda: has_gone(postmaster))
    EmbeddedCluster(tmp_path / "state").remove()
