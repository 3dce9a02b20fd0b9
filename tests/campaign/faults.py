"""Every fault of the campaign, in the order in which they are run."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.campaign import faults_exchange, faults_link, faults_machine, faults_network, faults_processes
from tests.campaign.course import Course


@dataclass(frozen=True)
class Fault:
    """``in_smoke`` and ``soak_only`` say in which forms of the campaign it is run."""

    code: str
    title: str
    run: Callable[[Course], None]
    in_smoke: bool = False
    soak_only: bool = False


FAULTS = (
    Fault("F1", "kill -9 of an API or a worker", faults_processes.kill_processes, in_smoke=True),
    Fault("F3", "database killed, restarted, backends ended", faults_processes.break_database, in_smoke=True),
    Fault("F4", "the network", faults_link.cut_network, in_smoke=True),
    Fault("F5", "wrong answers from the receiver", faults_network.answer_wrongly, in_smoke=True),
    Fault("F6", "a slow receiver, a dead partner", faults_network.be_slow),
    Fault("F7", "duplicates, order, replays, wrong door", faults_network.repeat_and_mislead),
    Fault("F8", "clocks of hosts and of a database", faults_machine.move_clocks),
    Fault("F9", "a full disk", faults_machine.fill_disk, soak_only=True),
    Fault("F10", "fsync fails", faults_machine.fail_sync, soak_only=True),
    Fault("F11", "connections, pool, locks, serialization", faults_processes.starve_database),
    Fault("F12", "asked to end, frozen with a lease", faults_processes.end_and_freeze),
    Fault("F13", "keys change", faults_exchange.rotate_keys),
    Fault("F15", "a synchronous standby takes over", faults_machine.fail_over, soak_only=True),
    Fault("F16", "back from an older copy", faults_exchange.restore_older_copies),
    Fault("F17", "two workers, leases that end too soon", faults_processes.two_workers, in_smoke=True),
)
