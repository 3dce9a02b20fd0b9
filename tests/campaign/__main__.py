"""`python -m tests.campaign`: break the running pair in every way that is known, and show that nothing is lost."""

import argparse
import contextlib
import random
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from tests.campaign.calls import History
from tests.campaign.course import Course, NotRun, Options, Result, Skipped
from tests.campaign.crashes import F2, crash_everywhere
from tests.campaign.ending import bring_back_the_dead, send_to_the_dead
from tests.campaign.faults import FAULTS, Fault
from tests.campaign.hosts import make_network
from tests.campaign.invariants import search_canaries
from tests.campaign.pair import CampaignPair, running
from tests.campaign.table import print_table


def read_options(words: Sequence[str]) -> tuple[Options, Path | None]:
    """Read the command line: the options, and the folder to keep everything in, if one was named."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("--seed", type=int, help="replay a run; printed by each")
    parser.add_argument("--only", default="", help="faults, with commas between: F2,F3")
    parser.add_argument(
        "--smoke", action="store_true", help="the short form that continuous integration runs"
    )
    parser.add_argument("--soak", action="store_true", help="more cycles, and the faults that take long")
    parser.add_argument("--one-host", action="store_true", help="do not make network namespaces")
    parser.add_argument("--keep", type=Path, help="keep logs and history in this folder")
    given = parser.parse_args(words)
    known = {fault.code for fault in FAULTS} | {F2}
    only = frozenset(code.strip().upper() for code in given.only.split(",") if code.strip())
    if only - known:
        parser.error(f"no such fault: {', '.join(sorted(only - known))}")
    seed = given.seed if given.seed is not None else secrets.randbelow(10**9)
    options = Options(seed, given.soak, given.smoke, only, not given.one_host)
    return options, given.keep


def main(words: Sequence[str]) -> int:
    """Run the campaign; 0 only if every invariant holds."""
    options, keep = read_options(words)
    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print(f"Seed {options.seed}: `--seed {options.seed}` replays this run.", highlight=False)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folder = Path(tempfile.mkdtemp(prefix="campaign-"))
    try:
        return run(options, console, folder)
    except KeyboardInterrupt:
        console.print("Stopped; everything that was started has been ended.", style="bold red")
        return 130
    finally:
        if keep is not None:
            shutil.copytree(folder, keep, dirs_exist_ok=True, ignore=shutil.ignore_patterns("postgres"))
        shutil.rmtree(folder, ignore_errors=True)


def run(options: Options, console: Console, folder: Path) -> int:
    """Run every fault that is asked for, and print what came of it."""
    results: list[Result] = []
    try:
        canaries = _run_all(options, console, folder, results)
    except KeyboardInterrupt:
        print_table(console, results, [])  # what came of those that were through
        raise
    results += [_not_in_this_form(fault, options) for fault in FAULTS if not _is_wanted(fault, options)]
    return 0 if print_table(console, [one for one in results if one.fault], canaries) else 1


def _run_all(options: Options, console: Console, folder: Path, results: list[Result]) -> list[str]:
    """Run them, adding each one's result; give the places where a canary was found."""
    canaries: list[str] = []
    wanted = [fault for fault in FAULTS if _is_wanted(fault, options)]
    with _progress(console) as progress:
        task = progress.add_task("F2", total=len(wanted) + (not options.only or F2 in options.only))
        if not options.only or F2 in options.only:
            results.append(crash_everywhere(folder / "crashes", options, progress))
            progress.advance(task)
        if wanted:
            progress.update(task, description="starting both services")
            with running(folder, make_network(namespaces=options.namespaces)) as pair:
                course = _begin(pair, options, console)
                for fault in wanted:
                    progress.update(task, description=f"{fault.code} {fault.title}")
                    results.append(_run_one(course, fault))
                    progress.advance(task)
                if not course.caller.stop.is_set():
                    results.append(_end(course))
                    canaries = search_canaries(pair, course.load.canaries, course.history.problems)
                course.history.close()
    return canaries


def _begin(pair: CampaignPair, options: Options, console: Console) -> Course:
    history = History(pair.folder / "history.jsonl")
    course = Course(pair, options, console, history, random.Random(options.seed))  # noqa: S311 -- replayable
    send_to_the_dead(course)
    return course


def _run_one(course: Course, fault: Fault) -> Result:
    course.result = result = Result(fault.code, fault.title)
    # Each fault has its own chance, so that `--only` does what the whole run does.
    course.rng = random.Random(f"{course.options.seed}-{fault.code}")  # noqa: S311 -- replayable
    began = time.monotonic()
    try:
        fault.run(course)
    except Skipped as why:
        result.skipped = str(why)
    except NotRun as why:
        result.broken["not run"] = [str(why)]
    except Exception as error:  # noqa: BLE001 -- the others are still worth running
        result.broken.setdefault("campaign", []).append(f"{type(error).__name__}: {error}")
        with contextlib.suppress(Exception):
            course.pair.heal()
    result.seconds = time.monotonic() - began
    if course.caller.answered_500:
        result.notes.append(f"answered 500: {', '.join(sorted(set(course.caller.answered_500)))}")
        course.caller.answered_500.clear()
    return result


def _end(course: Course) -> Result:
    course.result = result = Result("end", "the dead partner is back, and all is read once more")
    began = time.monotonic()
    try:
        bring_back_the_dead(course)
    except Exception as error:  # noqa: BLE001 -- it belongs into the table
        result.broken.setdefault("campaign", []).append(f"{type(error).__name__}: {error}")
    result.seconds = time.monotonic() - began
    return result


def _is_wanted(fault: Fault, options: Options) -> bool:
    if options.only:
        return fault.code in options.only
    if options.smoke:
        return fault.in_smoke
    return options.soak or not fault.soak_only


def _not_in_this_form(fault: Fault, options: Options) -> Result:
    if options.only or options.smoke:
        return Result("", "")
    return Result(fault.code, fault.title, skipped="in the soak only (--soak)")


@contextlib.contextmanager
def _progress(console: Console) -> Iterator[Progress]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        yield progress


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
