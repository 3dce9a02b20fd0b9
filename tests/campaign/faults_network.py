"""F5 to F7: what the other end does."""

import time

from standalone.roles import SERVICES
from tests.campaign.course import Course
from tests.campaign.gateway import SAID, Mode, Reply, Request
from tests.campaign.pair import DEAD, PEER

# Every answer that is not the counterpart's own, and every way to give none.
WRONG = (
    Mode.REFUSE, Mode.RESET, Mode.HANG, Mode.CUT, Mode.DRIP, Mode.LATE, Mode.LOSE_ANSWER, *SAID,
)  # fmt: skip
IN_SMOKE = (Mode.REFUSE, Mode.CUT, Mode.LOSE_ANSWER, Mode.PAGE, Mode.REDIRECT, Mode.SAY_422, Mode.SAY_410)
MESSAGES = "/messages"


def do_both(course: Course, mode: Mode) -> None:
    """Let both ways do the same for a while."""
    for service in SERVICES:
        course.pair.gateways[service].set(mode)
    course.pause(2.0, 4.0)


def answer_wrongly(course: Course) -> None:
    """F5: what stands at the counterpart's address answers anything but a receipt; nothing is believed."""
    modes = list(IN_SMOKE if course.options.smoke else WRONG)

    def act() -> None:
        course.rng.shuffle(modes)
        for mode in modes:
            for service in SERVICES:
                course.pair.gateways[service].set(mode)
            if mode is Mode.REFUSE:
                course.pause(0.6, 1.2)
                course.pair.make_due()
            elif not course.wait_for_requests("panel", 1):
                course.result.notes.append(f"no request met {mode.value}")
            time.sleep(0.3)

    for _ in range(1 if not course.options.soak else 4):
        course.cycle(3 if course.options.smoke else 6, act)


def be_slow(course: Course) -> None:
    """F6: a receiver just within and just past the attempt's time, while one partnership's is dead throughout."""
    dead = course.pair.gateways[DEAD]

    def act(mode: Mode) -> None:
        for service in SERVICES:
            course.pair.gateways[service].set(mode)
        course.wait_for_requests("panel", 2, 12.0)
        course.pause(1.0, 2.0)

    for mode in (Mode.SLOW, Mode.LATE):
        course.cycle(4, lambda mode=mode: act(mode))  # type: ignore[misc]
    course.pair.make_due()
    before = dead.came
    course.pair.wait_for(lambda: dead.came > before, "the dead partner tried again", 30)
    waiting = course.pair.rows(
        "panel",
        "SELECT count(*) FROM outbound_messages WHERE link_id = $1 AND state IN ('pending', 'leased')",
        course.pair.partnerships[DEAD].link,
    )[0][0]
    if not waiting:
        course.result.broken.setdefault("I9", []).append("the dead partner's messages are gone")
    course.result.notes.append(f"{waiting} messages wait for the dead partner, {dead.came} tries")


def repeat_and_mislead(course: Course) -> None:
    """F7: duplicates, another order, an old delivery again, and one that was meant for somebody else."""
    for mode in (Mode.DUPLICATE, Mode.REORDER):
        course.cycle(4, lambda mode=mode: do_both(course, mode))  # type: ignore[misc]
    course.cycle(2, lambda: _replay(course))


def _replay(course: Course) -> None:
    pair = course.pair
    for receiver in SERVICES:
        gateway = pair.gateways[receiver]
        answered = {id_: reply for id_, reply in gateway.replies if reply.status in {200, 201}}
        kept = [
            request
            for request in gateway.requests
            if request.path.endswith(MESSAGES) and request.headers.get("webhook-id") in answered
        ]
        for request in course.rng.sample(kept, min(5, len(kept))):
            again, _ = gateway.ask_peer(request)
            if again.status != 200 and not _is_late(course, request, again):
                _say(course, "I7", f"a delivery again was answered {again.status}")
            _mislead(course, receiver, request)


def _is_late(course: Course, request: Request, reply: Reply) -> bool:
    """Past the tolerance of five minutes the same 401 as for any stranger is right."""
    now = course.pair.rows("panel", "SELECT extract(epoch FROM now())")[0][0]
    return abs(int(now) - int(request.headers["webhook-timestamp"])) > 290 and reply.status == 401


def _mislead(course: Course, receiver: str, request: Request) -> None:
    """The same bytes at the sender's own door, on another link, and changed: each is refused, with no effect."""
    pair = course.pair
    sender = PEER[receiver]
    links = {str(partnership.link) for partnership in pair.partnerships.values()}
    own = next(link for link in links if link in request.path)
    other = course.rng.choice(sorted(links - {own}))
    elsewhere = Request(request.path.replace(own, other), request.headers, request.body)
    changed = Request(request.path, request.headers, request.body.replace(b"16", b"17").replace(b"a", b"b"))
    tries = (
        ("at its own sender", pair.gateways[sender], request),
        ("on another link", pair.gateways[receiver], elsewhere),
        ("with other bytes", pair.gateways[receiver], changed),
    )
    for what, gateway, told in tries:
        reply, _ = gateway.ask_peer(told)
        if reply.status not in {401, 403}:
            _say(course, "I5", f"a delivery {what} was answered {reply.status}")


def _say(course: Course, invariant: str, what: str) -> None:
    course.result.broken.setdefault(invariant, []).append(what)
