import base64
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console

from standalone.databases import url_settings
from standalone.ports import LOOPBACK, choose_port
from standalone.roles import SERVICES, RoleUrls
from standalone.state import State

# What a fresh checkout tries first, so that the README's addresses are true on most machines.
FIRST_CHOICE = {"local-api": 8101, "local-worker": 8102, "panel-api": 8201, "panel-worker": 8202}


@dataclass(frozen=True)
class StandaloneContext:
    """What the seeding and the demonstration know about the running pair."""

    state_dir: Path
    local_url: str
    panel_url: str
    console: Console
    once: bool
    # By service name, `local` and `panel`: the environment its processes run with, secrets included.
    environments: Mapping[str, Mapping[str, str]] = field(repr=False)
    database_urls: Mapping[str, RoleUrls] = field(repr=False)

    @property
    def credentials_path(self) -> Path:
        """Where the demonstration's base URLs and API keys are written, 0600."""
        return self.state_dir / "credentials.json"

    def environment(self, service: str) -> dict[str, str]:
        """The whole environment for a process of `service` (`local` or `panel`), a command line's for example."""
        return dict(self.environments[service])


def choose_ports(state: State, *, patience: float) -> dict[str, int]:
    """A port per process: the last run's, else the first choice, else a free one. They are kept in `state`."""
    chosen: dict[str, int] = {}
    for name, first_choice in FIRST_CHOICE.items():
        former = state.port(name)
        avoid = set(chosen.values())
        chosen[name] = choose_port(former or first_choice, avoid=avoid, patience=patience if former else 0)
        state.remember_port(name, chosen[name])
    return chosen


def service_environment(service: str, urls: RoleUrls, public_url: str, state: State) -> dict[str, str]:
    """The runner's own environment with the service's settings for demonstration mode laid over it."""
    prefix = service.upper()
    return {
        **os.environ,
        "PYTHONUNBUFFERED": "1",
        # The pair talks over loopback: no proxy that the machine has set stands between.
        **dict.fromkeys(("NO_PROXY", "no_proxy"), f"{LOOPBACK},localhost"),
        **url_settings(service, urls),
        f"{prefix}_PUBLIC_URL": public_url,
        f"{prefix}_SECRET_KEY": state.secret(f"{service}_secret_key", _new_secret_key),
        f"{prefix}_MODE": "demonstration",
        f"{prefix}_DOCUMENT_DIRECTORY": str(state.path.parent / "documents" / service),
    }


def make_context(
    state: State, ports: Mapping[str, int], urls: Mapping[str, RoleUrls], console: Console, *, once: bool
) -> StandaloneContext:
    """Put together what the services' processes and the demonstration need."""
    public = {service: f"http://{LOOPBACK}:{ports[f'{service}-api']}" for service in SERVICES}
    return StandaloneContext(
        state_dir=state.path.parent,
        local_url=public["local"],
        panel_url=public["panel"],
        console=console,
        once=once,
        environments={
            service: service_environment(service, urls[service], public[service], state)
            for service in SERVICES
        },
        database_urls=urls,
    )


def _new_secret_key() -> str:
    """32 random bytes in URL-safe base64: they wrap the private keys that a service holds in its database."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
