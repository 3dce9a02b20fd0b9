"""The year week by week; in the end the table, the accounts and one improvement traced to its implementation."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from panel_service.statistics.table import CONFIDENTIAL
from standalone.callers import CallRefused
from standalone.context import StandaloneContext
from standalone.year.accounts import account_for, count_counted, in_flight, move_clocks
from standalone.year.driving import LiveCase
from standalone.year.onboarding import PanelStaff, bring_on, register_members
from standalone.year.plan import NOTIFICATIONS, YEAR, day_of, plan_areas, plan_cases
from standalone.year.tracing import Untraced, trace_improvement

AT_ONCE = 6
DRAIN_SECONDS = 120
WEEKS_TO_DECIDE = 2
WEEKS_LATE = 2
WEEKS_OF_LOCAL_REVIEW = 20


async def tell_year(context: StandaloneContext, *, seed: int, share: float) -> bool:
    """Drive the year; ``True`` only if the table adds up, every message is accounted for and the improvement is traced."""
    console = context.console
    areas = plan_areas()
    plans = plan_cases(areas, seed, share)
    console.print(
        f"\n[bold]A national year: {len(plans)} of {NOTIFICATIONS} notifications, {len(areas)} partnerships over "
        f"{sum(len(area.authorities) for area in areas)} authorities (seed {seed})[/bold]\n"
    )
    offices, staff = await bring_on(context, areas)
    await asyncio.to_thread(register_members, staff, areas)
    cases = [LiveCase(plan, offices[plan.area.code], staff) for plan in plans]
    try:
        await _drive(context, cases)
        await _drain(context)
        sound = [
            await asyncio.to_thread(_tell_table, context, staff, cases),
            await count_counted(context) == len(cases),
            await _tell_accounts(context),
            await trace_improvement(context, staff, cases, lambda: _drain(context)),
        ]
    except (CallRefused, Untraced, TimeoutError) as failure:
        console.print(f"\nNot confirmed: {failure}", style="bold red", markup=False)
        return False
    sound.append(await _tell_accounts(context))
    console.print("\nAll of it holds.\n" if all(sound) else "\nNot all of it holds.\n", style="bold")
    return all(sound)


Work = dict[int, list[tuple[str, Callable[[datetime], None]]]]


def plan_work(cases: Iterable[LiveCase]) -> Work:
    """Say what is done in each week: notification, rapid review, decision, local review."""
    work: Work = defaultdict(list)
    for case in cases:
        week = case.plan.step
        reviewed = week + (WEEKS_LATE if case.plan.is_late else 0)
        work[week].append(("notifications", case.notify))
        work[reviewed].append(("rapid reviews", case.review_rapidly))
        work[reviewed + WEEKS_TO_DECIDE].append(("decisions", case.decide))
        if case.plan.is_reviewed_locally:
            work[reviewed + WEEKS_TO_DECIDE + 1].append(("local reviews commissioned", case.commission))
            completed = reviewed + WEEKS_TO_DECIDE + 1 + WEEKS_OF_LOCAL_REVIEW
            work[completed].append(("local reviews completed", case.complete_local_review))
    return work


async def _drive(context: StandaloneContext, cases: list[LiveCase]) -> None:
    work = plan_work(cases)
    bars: Counter[str] = Counter(kind for week in work.values() for kind, _ in week)
    columns = (TextColumn("{task.description:28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=context.console) as progress, ThreadPoolExecutor(AT_ONCE) as pool:
        tasks = {kind: progress.add_task(kind, total=number) for kind, number in bars.items()}
        loop = asyncio.get_running_loop()
        for week in sorted(work):
            now = datetime.combine(day_of(week), datetime.min.time(), UTC).replace(hour=14)
            await move_clocks(context, (now - datetime.now(UTC)).total_seconds() / 86400)
            for kind in bars:
                steps = [step for of, step in work[week] if of == kind]
                waiting = [loop.run_in_executor(pool, step, now) for step in steps]
                for done in asyncio.as_completed(waiting):
                    await done
                    progress.advance(tasks[kind])
                # What the next kind of step needs has to have crossed.
                if steps:
                    await _drain(context)


async def _drain(context: StandaloneContext) -> None:
    until = time.monotonic() + DRAIN_SECONDS
    while waiting := await in_flight(context):
        if time.monotonic() > until:
            raise TimeoutError(
                f"{waiting} messages were not delivered and applied in {DRAIN_SECONDS} seconds"
            )
        await asyncio.sleep(0.1)


def _tell_table(context: StandaloneContext, staff: PanelStaff, cases: list[LiveCase]) -> bool:
    published = staff.secretariat.post(f"/v1/statistics/notifications/{YEAR}/editions").body
    rows = staff.secretariat.get(f"/v1/public/statistics/{YEAR}").body["rows"]
    table = Table(
        title=f"Serious incident notifications, year to 31 March {YEAR} (edition {published['edition']})"
    )
    for column in ("Topic", "Breakdown", "Child death", "Serious harm", "Other", "Total"):
        table.add_column(column, justify="left" if column in {"Topic", "Breakdown"} else "right")
    shown: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for row in rows:
        if row["geographic_level"] == "National":
            name = row["breakdown"] if row["quarter"] == "Total" else row["quarter"]
            shown[row["breakdown_topic"], name][row["nature_of_notification"]] = row["number_notifications"]
    for (topic, breakdown), numbers in shown.items():
        table.add_row(
            topic,
            breakdown,
            *(numbers.get(name, "") for name in ("Child death", "Serious harm", "Other", "Total")),
        )
    context.console.print(table)
    # In a short year the total itself may be confidential.
    total = shown["Total", "Total"]["Total"]
    return total in {str(len(cases)), CONFIDENTIAL} and published["rows"] == rows


async def _tell_accounts(context: StandaloneContext) -> bool:
    accounts = await account_for(context)
    for account in accounts:
        context.console.print(
            f"{account.direction}: {account.sent} sent, {account.held} held, {len(account.faults)} not accounted for",
            highlight=False,
        )
        for fault in account.faults[:10]:
            context.console.print(f"  {fault}", style="red", markup=False)
    return not any(account.faults for account in accounts)
