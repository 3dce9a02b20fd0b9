"""A case taken through its steps over HTTP, by the people whose steps they are."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from standalone.year import facts
from standalone.year.onboarding import Office, PanelStaff
from standalone.year.plan import PlannedCase

REVIEWER = "I. Reviewer"


@dataclass
class LiveCase:
    """A planned case with where it lives in both services."""

    plan: PlannedCase
    office: Office
    staff: PanelStaff
    reference: str = ""
    path: str = ""
    panel_path: str = ""
    done: set[str] = field(default_factory=set)

    def notify(self, now: datetime) -> None:
        """Record, judge, draft, and authorise by a second person (s16C(1))."""
        recorded = self.office.office.post("/v1/cases", {"incident": facts.incident(self.plan, now)})
        self.path = f"/v1/cases/{recorded.body['id']}"
        self.reference = recorded.body["exchange_reference"]
        judgement = {"judgement": "serious_case", "reasons": "Abuse is suspected; what happened is serious."}
        self.office.authoriser.put(f"{self.path}/assessment", judgement, etag=recorded.etag)
        notifier = {"name": "A. Notifier", "role": "Head of safeguarding"}
        drafted = self.office.notifier.post(f"{self.path}/notification", {"notifier": notifier})
        self.office.authoriser.post(f"{self.path}/notification/authorisation", etag=drafted.etag)

    def review_rapidly(self, now: datetime) -> None:
        """Start, write and complete the rapid review; it goes to the Panel at once."""
        office, path = self.office.office, f"{self.path}/rapid-review"
        started = office.post(path)
        sections = {"sections": facts.rapid_review(self.plan, now)}
        written = office.patch(path, sections, etag=_etag(started.etag))
        office.post(f"{path}/completion", etag=written.etag)

    def decide(self, now: datetime) -> None:
        """Record the Panel's decision, and release it by a second person."""
        secretariat = self.staff.secretariat
        found = secretariat.get(f"/v1/cases?exchange_reference={self.reference}").body["items"]
        self.panel_path = f"/v1/cases/{found[0]['id']}"
        read = secretariat.get(self.panel_path)
        recorded = secretariat.post(
            f"{self.panel_path}/decisions", facts.decision(self.plan, now), etag=read.etag
        )
        version = recorded.body["decision_version"]
        self.staff.chair.post(f"{self.panel_path}/decisions/{version}/release", etag=recorded.etag)
        self.done.add("decided")

    def commission(self, now: datetime) -> None:
        """Decide on a local review, and appoint its reviewer (reg 12)."""
        decision = {
            "commissioned": True,
            "reasons": "Criterion (c) is met and the Panel agrees.",
            "decided_on": now.date().isoformat(),
        }
        office, path = self.office.office, f"{self.path}/local-review"
        office.post(f"{path}/decision", decision)
        self._appoint(path, now)

    def complete_local_review(self, now: datetime) -> None:
        """Write the report and complete the review; the full report goes to the Panel (s16F(3))."""
        office, path = self.office.office, f"{self.path}/local-review"
        read = office.get(path)
        report: dict[str, Any] = {"report": facts.report(now, REVIEWER)}
        written = office.patch(path, report, etag=_etag(read.etag))
        office.post(f"{path}/completion", etag=written.etag)
        self.done.add("local review completed")

    @property
    def panel_id(self) -> str:
        """The case's id at the Panel."""
        return self.panel_path.rsplit("/", 1)[1]

    def _appoint(self, path: str, now: datetime) -> None:
        reviewer = {
            "name": REVIEWER,
            "organisation": "Independent practice",
            "independence": "Has worked for none of the agencies in the area.",
            "conflicts_of_interest": "None declared.",
            "appointed_on": now.date().isoformat(),
        }
        self.office.office.post(f"{path}/reviewers", reviewer)


def _etag(etag: str | None) -> str:
    if etag is None:
        raise ValueError("the service gave no ETag")
    return etag
