"""The four processes of the pair, and the migrations that come before them."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from standalone.context import StandaloneContext
from standalone.errors import ChildFailed
from standalone.ports import LOOPBACK
from standalone.roles import SERVICES
from standalone.supervisor import ChildSpec

CHECKOUT = Path(__file__).resolve().parent.parent


def migrate(context: StandaloneContext, service: str) -> None:
    """Bring the service's database to its newest shape, as its owner role. Raises ChildFailed with what was said."""
    done = subprocess.run(
        [*_service_command(service), "migrate"],
        check=False,
        cwd=CHECKOUT,
        env=context.environment(service),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode != 0:
        last = "\n".join(done.stdout.splitlines()[-20:])
        raise ChildFailed(f"The migration of {service}_service failed:\n{last}")


def api_specs(context: StandaloneContext, ports: Mapping[str, int], *, reload: bool) -> list[ChildSpec]:
    """Each service's API, reloading on changed files for development."""
    more = ["--reload"] if reload else []
    return [_spec(context, service, "api", ports, more) for service in SERVICES]


def worker_specs(context: StandaloneContext, ports: Mapping[str, int]) -> list[ChildSpec]:
    """Each service's worker, which has a port of its own for its health and metrics."""
    return [_spec(context, service, "worker", ports, []) for service in SERVICES]


def _spec(
    context: StandaloneContext, service: str, kind: str, ports: Mapping[str, int], more: list[str]
) -> ChildSpec:
    name = f"{service}-{kind}"
    port = ports[name]
    host = ["--host", LOOPBACK] if kind == "api" else []
    return ChildSpec(
        name=name,
        command=[*_service_command(service), kind, *host, "--port", str(port), *more],
        environment=context.environments[service],
        ready_url=f"http://{LOOPBACK}:{port}/readyz",
    )


def _service_command(service: str) -> list[str]:
    return [sys.executable, "-m", f"{service}_service"]
