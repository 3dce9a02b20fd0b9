import os
import shutil
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console

from standalone.context import StandaloneContext
from standalone.data_folder import remove_data
from standalone.errors import StandaloneError
from standalone.lock import RunLock
from standalone.postmaster import end_former
from standalone.runner import Journey, run_pair
from standalone.server_user import temporary_home
from standalone.services import CHECKOUT

app = typer.Typer(
    help="Both services on a PostgreSQL of their own, on this machine, for demonstration and development.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
StateDir = Annotated[Path, typer.Option(help="Where data, secrets and logs are kept.", file_okay=False)]
DEFAULT_STATE_DIR = CHECKOUT / ".standalone"


@app.command()
def run(
    *,
    once: Annotated[
        bool, typer.Option("--once", help="End after the journey: 0 only if all of it is confirmed.")
    ] = False,
    state_dir: StateDir = DEFAULT_STATE_DIR,
) -> None:
    """Start both services, show a case going there and its decision coming back, and stay up."""
    _run(state_dir, _seed_and_demonstrate, once=once, reload=False)


@app.command()
def year(
    *,
    seed: Annotated[int, typer.Option(help="Another seed draws another year.")] = 2026,
    share: Annotated[
        float, typer.Option(min=0.02, max=1.0, help="How much of the year, for a shorter run.")
    ] = 1.0,
    state_dir: StateDir = DEFAULT_STATE_DIR / "year",
) -> None:
    """Drive a national year through the real processes: 0 only if all of it holds. Begins on empty databases each time."""
    from standalone.year.story import tell_year

    async def tell(context: StandaloneContext) -> bool:
        return await tell_year(context, seed=seed, share=share)

    if state_dir.exists():
        clean_data(state_dir=state_dir)
    _run(state_dir, tell, once=True, reload=False)


@app.command()
def dev(*, state_dir: StateDir = DEFAULT_STATE_DIR) -> None:
    """Start both services, reloading their APIs when code changes, with seeded organisations and no journey."""
    _run(state_dir, _seed, once=False, reload=True)


@app.command("clean-data")
def clean_data(*, state_dir: StateDir = DEFAULT_STATE_DIR) -> None:
    """Delete the databases, secrets and logs of this checkout; refused while it is running."""
    console = Console(highlight=False, soft_wrap=True)
    state_dir = state_dir.absolute()
    try:
        with RunLock(state_dir):
            for home in (state_dir / "postgres", temporary_home(state_dir)):
                end_former(home / "data")
            removed = remove_data(state_dir)
            for path in state_dir.iterdir():
                if path.name != "lock":
                    _remove(path)
    except StandaloneError as error:
        _say_and_exit(error)
    console.print(f"Emptied {', '.join(str(path) for path in dict.fromkeys([state_dir, *removed]))}.")


def _run(state_dir: Path, journey: Journey, *, once: bool, reload: bool) -> None:
    console = Console(highlight=False, soft_wrap=True)
    try:
        confirmed = run_pair(state_dir.absolute(), console, os.environ, journey, once=once, reload=reload)
    except StandaloneError as error:
        _say_and_exit(error)
    except KeyboardInterrupt:
        console.print("Stopped.")
        raise typer.Exit(130 if once else 0) from None
    raise typer.Exit(0 if confirmed else 1)


async def _seed(context: StandaloneContext) -> bool:
    from standalone.seed import seed

    await seed(context)
    return True


async def _seed_and_demonstrate(context: StandaloneContext) -> bool:
    from standalone.journey import demonstrate

    await _seed(context)
    return await demonstrate(context)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _say_and_exit(error: StandaloneError) -> NoReturn:
    Console(stderr=True, highlight=False, soft_wrap=True).print(str(error), markup=False)
    raise typer.Exit(1) from None


if __name__ == "__main__":
    app(prog_name="python -m standalone")
