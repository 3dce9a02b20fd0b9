"""Two hosts on one machine: network namespaces where they can be made, one loopback where they cannot."""

import contextlib
import ctypes
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CLONE_NEWNET = 0x40000000
ADDRESSES = {"local": "198.51.100.1", "panel": "198.51.100.2"}  # TEST-NET-2: never routed
LINK = "exchange"
PREFIX = "prx"


@dataclass(frozen=True)
class Host:
    """Where one service, its database and its gateway to the other live."""

    service: str
    address: str
    namespace: str | None = None

    @contextlib.contextmanager
    def inside(self) -> Iterator[None]:
        """Let sockets and child processes that this thread makes in the block belong to this host."""
        if self.namespace is None:
            yield
            return
        with (
            Path("/proc/thread-self/ns/net").open("rb") as former,
            Path("/run/netns", self.namespace).open("rb") as own,
        ):
            _enter(own.fileno())
            try:
                yield
            finally:
                _enter(former.fileno())

    def ip(self, *words: str) -> None:
        """Run `ip` on this host."""
        assert self.namespace is not None
        _ip("-n", self.namespace, *words)

    def limit_rate(self, rate: str | None) -> None:
        """Let the link carry so many bits a second (``64kbit``), or all it can."""
        assert self.namespace is not None
        words = f"root tbf rate {rate} burst 2kb latency 50ms".split() if rate else ["root"]
        verb = "replace" if rate else "del"
        _run(["ip", "netns", "exec", self.namespace, "tc", "qdisc", verb, "dev", LINK, *words])


class Network:
    """Both hosts, and what may be done to the link between them."""

    def __init__(self, hosts: dict[str, Host], why_not: str | None) -> None:
        self.hosts = hosts
        self.why_no_namespaces = why_not

    @property
    def is_real(self) -> bool:
        """Whether there is a link to cut."""
        return self.why_no_namespaces is None

    def link_down(self) -> None:
        """Take the carrier away."""
        self.hosts["local"].ip("link", "set", LINK, "down")

    def lose_all_from(self, service: str) -> None:
        """Let nothing that this host sends arrive; what the other sends does."""
        other = self.hosts["panel" if service == "local" else "local"]
        self.hosts[service].ip("route", "replace", "blackhole", f"{other.address}/32")

    def heal(self) -> None:
        """Put the link right, whatever was done to it."""
        if not self.is_real:
            return
        for service, host in self.hosts.items():
            other = ADDRESSES["panel" if service == "local" else "local"]
            for words in (["route", "del", "blackhole", f"{other}/32"], ["link", "set", "lo", "up"]):
                with contextlib.suppress(subprocess.CalledProcessError):
                    host.ip(*words)
            with contextlib.suppress(subprocess.CalledProcessError):
                host.limit_rate(None)
            host.ip("link", "set", LINK, "up")

    def remove(self) -> None:
        """Remove both hosts."""
        for host in self.hosts.values():
            if host.namespace is not None:
                with contextlib.suppress(subprocess.CalledProcessError):
                    _ip("netns", "del", host.namespace)


def make_network(*, namespaces: bool = True) -> Network:
    """Make two hosts with a link between them; where that is not allowed, both are this machine's loopback."""
    one = {service: Host(service, "127.0.0.1") for service in ADDRESSES}
    if not namespaces:
        return Network(one, "not asked for")
    if os.geteuid() != 0:
        return Network(one, "needs root")
    _remove_left_over()
    hosts = {
        service: Host(service, address, f"{PREFIX}-{os.getpid()}-{service}")
        for service, address in ADDRESSES.items()
    }
    network = Network(hosts, None)
    try:
        _make(hosts)
        with hosts["local"].inside():  # whether this process may enter it too
            pass
    except (OSError, subprocess.CalledProcessError) as error:
        network.remove()
        return Network(one, f"namespaces cannot be made here ({type(error).__name__})")
    return network


def _make(hosts: dict[str, Host]) -> None:
    names = [host.namespace or "" for host in hosts.values()]
    for name in names:
        _ip("netns", "add", name)
    first, second = names
    _ip(*f"link add {LINK} netns {first} type veth peer name {LINK} netns {second}".split())
    for host in hosts.values():
        host.ip("addr", "add", f"{host.address}/30", "dev", LINK)
        host.ip("link", "set", "lo", "up")
        host.ip("link", "set", LINK, "up")


def _remove_left_over() -> None:
    """Remove the hosts of runs that were killed."""
    for found in Path("/run/netns").glob(f"{PREFIX}-*-*"):
        pid = found.name.split("-")[1]
        if pid.isdigit() and not Path("/proc", pid).exists():
            with contextlib.suppress(subprocess.CalledProcessError):
                _ip("netns", "del", found.name)


def _ip(*words: str) -> None:
    _run(["ip", *words])


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=10)


def _enter(descriptor: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.setns(descriptor, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")
