"""The partnership whose receiver is dead for the whole run: what is sent to it at the start arrives in the end."""

import dataclasses

from tests.campaign.course import Course
from tests.campaign.load import ENDS_DECIDED, Case
from tests.campaign.pair import DEAD, PEER

CASES = 2
PROOFS = (("I3", ("exchange", "reconcile")), ("I8", ("audit", "verify")))


def send_to_the_dead(course: Course) -> None:
    """Bring cases of that partnership to their decision, which then waits for the rest of the run."""
    course.load.begin(CASES, partnerships=(DEAD,), ending=ENDS_DECIDED)
    course.finish_load()


def bring_back_the_dead(course: Course) -> None:
    """Let its receiver answer again, drain, and check every case of the run once more."""
    gateway = course.pair.gateways[DEAD]
    gateway.peer = course.pair.gateways["local"].peer
    gateway.heal()
    course.dead_is_back = True
    course.result.cycles = 1
    course.settle([_all_told(case) for case in course.load.cases])
    _prove_by_commands(course)


def _prove_by_commands(course: Course) -> None:
    """I3, I4, I8: the services' own proofs, as an operator asks for them."""
    for invariant, words in PROOFS:
        if course.pair.command("local", *words, "--help").returncode != 0:
            course.result.notes.append(f"not asked: the services have no `{' '.join(words)}`")
            continue
        for service in PEER:
            done = course.pair.command(service, *words)
            if done.returncode != 0:
                said = (done.stdout + done.stderr).strip()[-300:]
                course.result.broken.setdefault(invariant, []).append(f"{service} {' '.join(words)}: {said}")


def _all_told(case: Case) -> Case:
    """Trouble was told once already, with the fault that caused it."""
    return dataclasses.replace(case, trouble="")
