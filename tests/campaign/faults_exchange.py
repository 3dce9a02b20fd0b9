"""F13 and F16: keys change in the middle of the run; a service comes back from an older copy of its database."""

import shutil
from collections.abc import Callable
from uuid import UUID

from standalone.roles import SERVICES
from tests.campaign.course import Course, NotRun
from tests.campaign.load import ENDS_SENT, Case
from tests.campaign.pair import PARTNERSHIPS, PEER
from tests.campaign.snapshot import read_both

OF_THE_WINDOW = ("east", "west")  # whose messages come between the copy and the restore
SAID = "The database was restored from an older copy"


def rotate_keys(course: Course) -> None:
    """F13: every party's signing key changes under load, twice."""
    if course.pair.command("local", "exchange", "rotate-key", "--help").returncode != 0:
        raise NotRun("the services have no `exchange rotate-key`")

    def act() -> None:
        organisations = [("panel", "panel"), *(("local", f"campaign-{code}") for code in PARTNERSHIPS)]
        course.rng.shuffle(organisations)
        for service, code in organisations:
            done = course.pair.command(service, "exchange", "rotate-key", "--organisation", code)
            if done.returncode != 0:
                course.result.broken.setdefault("I9", []).append(f"rotate-key: {done.stderr.strip()[:200]}")
            course.pause(0.0, 0.3)

    for _ in range(2):
        course.cycle(4, act)


def restore_older_copies(course: Course) -> None:
    """F16: first the Panel, then the partnerships' service, comes back as it was before its last messages."""
    for words in (("exchange", "restore", "run", "--help"), ("exchange", "reconcile", "--help")):
        if course.pair.command("local", *words).returncode != 0:
            raise NotRun(f"the services have no `{' '.join(words[:-1])}`")
    course.cycle(1, lambda: None)
    undecided = _restore_panel(course)
    _restore_local(course, undecided)


def _restore_panel(course: Course) -> list[Case]:
    """It gave receipts for what it has not any more: all of it comes again. Give the cases of the window."""
    _copy(course, "panel")
    cases = course.load.begin(2, partnerships=OF_THE_WINDOW, ending=ENDS_SENT)
    course.finish_load()
    course.drain()
    _go_back(course, "panel")
    _settle(course, "panel")
    _find_again(course)
    course.settle(cases)
    course.result.cycles += 1
    return cases


def _restore_local(course: Course, undecided: list[Case]) -> None:
    """Decisions that it had come again; what it had sent is known again, and its own records of that are gone."""
    _copy(course, "local")
    known, done = len(course.load.cases), len(course.caller.done)
    course.load.decide(undecided)
    gone = course.load.begin(2, partnerships=OF_THE_WINDOW, ending=ENDS_SENT)
    course.finish_load()
    course.drain()
    sent = sum(case.sent for case in gone)
    _go_back(course, "local")
    del course.caller.done[done:]
    del course.load.cases[known:]
    _settle(course, "local")
    again = {message.id for message in read_both(course.pair)["local"].sent.values() if message.recovered}
    course.excused |= again
    course.result.notes.append(f"{len(again)} of {sent} messages that the copy had not are known again")
    if len(again) != sent:
        course.result.broken.setdefault("I5", []).append(f"{len(again)} of {sent} messages are known again")
    course.settle(undecided)
    course.result.cycles += 1


def _find_again(course: Course) -> None:
    """A case that came to the Panel a second time has another id there; both sides know it by its reference."""
    for row in course.pair.rows("panel", "SELECT exchange_reference, id FROM cases"):
        for case in course.load.cases:
            if case.panel_id and case.reference == row["exchange_reference"]:
                case.panel_id = str(row["id"])


def _stop(course: Course, service: str) -> None:
    for name in (f"{service}-api", f"{service}-worker"):
        course.pair.end(name)
    course.pair.servers[service].stop()


def _copy(course: Course, service: str) -> None:
    """Take a copy of the data while the server is down."""
    server = course.pair.servers[service]
    _stop(course, service)
    copy = course.pair.folder / f"copy-of-{service}"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(server.data, copy)
    course.pair.heal()


def _go_back(course: Course, service: str) -> None:
    """Put the copy in the data's place; say so before the service starts, as the operators' guide has it."""
    server = course.pair.servers[service]
    _stop(course, service)
    shutil.rmtree(server.data)
    shutil.copytree(course.pair.folder / f"copy-of-{service}", server.data)
    if server.user is not None:
        for path in (server.data, *server.data.rglob("*")):
            shutil.chown(path, server.user.uid, server.user.gid)
    server.start()
    for link in _links(course):
        told = course.pair.command(
            service, "exchange", "restore", "suspect", "--reason", SAID, "--link", str(link)
        )
        if told.returncode != 0:
            course.result.broken.setdefault("campaign", []).append(f"suspect: {told.stderr.strip()[-300:]}")
    course.pair.heal()


def _settle(course: Course, service: str) -> None:
    """Run the operators' commands at both sides until each link is settled and found equal."""
    pair = course.pair

    def all_equal(confirm: tuple[str, ...] = ()) -> bool:
        pair.make_due()
        left = 0
        for link in _links(course):
            words = ("exchange", "restore", "run", "--link", str(link), *confirm)
            left += pair.command(service, *words).returncode != 0
            for each in (service, PEER[service]):
                left += pair.command(each, "exchange", "reconcile", "--link", str(link)).returncode != 0
        return left == 0

    tries: list[Callable[[], bool]] = [all_equal]
    tries += [lambda: all_equal(("--confirm", "Fingerprints compared by telephone"))] * 4
    for one in tries:
        if one():
            return
        course.pause(0.5, 1.0)
    for each in SERVICES:
        status = pair.command(each, "exchange", "restore", "status")
        course.result.notes.append(f"{each}: {status.stdout.strip()[:600]}")
    course.result.broken.setdefault("I3", []).append("the links were not found equal after the restore")


def _links(course: Course) -> list[UUID]:
    return [course.pair.partnerships[code].link for code in OF_THE_WINDOW]
