"""F4: the link between the two hosts, and between a service and its database."""

from collections.abc import Callable

from standalone.roles import SERVICES
from tests.campaign.course import Course
from tests.campaign.faults_network import do_both
from tests.campaign.gateway import Mode


class Link:
    """What may be done to it; the hosts are network namespaces."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.network = course.pair.network

    def carrier(self) -> None:
        """Take the carrier away and give it back: the sender hears so at once."""
        for _ in range(2):
            self.network.link_down()
            self.course.pause(0.5, 2.0)
            self.network.heal()
            self.course.pause(0.2, 0.6)

    def black_hole(self, *silent: str) -> None:
        """Let nothing that these hosts send arrive: nobody hears anything."""
        for service in silent:
            self.network.lose_all_from(service)
        self.course.pause(2.0, 4.0)

    def lose_answer(self, receiver: str) -> None:
        """Let a request arrive and be committed, and its answer be lost."""
        gateway = self.course.pair.gateways[receiver]
        gateway.before_answer = lambda: self.network.lose_all_from(receiver)
        self.course.wait_for_requests(receiver, 1)
        self.course.pause(3.0, 4.0)

    def slow(self) -> None:
        """Let the link carry 64 kbit/s."""
        for host in self.network.hosts.values():
            host.limit_rate("64kbit")
        self.course.pause(3.0, 5.0)

    def no_database(self, service: str) -> None:
        """Cut a service from its database, which is on the same host."""
        self.network.hosts[service].ip("link", "set", "lo", "down")
        self.course.pause(1.0, 2.5)


def cut_network(course: Course) -> None:
    """F4: each way in which a network fails, both directions; without namespaces the gateways fail instead."""
    if not course.pair.network.is_real:
        course.result.notes.append(
            f"no namespaces ({course.pair.network.why_no_namespaces}): by the gateways"
        )
        for mode in (Mode.REFUSE, Mode.HANG, Mode.LOSE_ANSWER, Mode.RESET):
            course.cycle(3, lambda mode=mode: do_both(course, mode))  # type: ignore[misc]
        return
    link = Link(course)

    def both() -> None:
        link.carrier()
        link.lose_answer("panel")

    acts: list[Callable[[], None]] = [both]
    if not course.options.smoke:
        acts += [lambda: link.lose_answer("local"), link.slow, lambda: link.black_hole(*SERVICES)]
        for service in SERVICES:
            acts += [
                lambda service=service: link.black_hole(service),  # type: ignore[misc]
                lambda service=service: link.no_database(service),  # type: ignore[misc]
            ]
    course.result.notes.append(
        "loss at random wants netem or nftables: the gateways lose whole answers instead"
    )
    for _ in range(5 if course.options.soak else 1):
        for act in acts:
            course.cycle(3, act)
