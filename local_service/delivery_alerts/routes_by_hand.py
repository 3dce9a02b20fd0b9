"""How the Panel is told without the exchange: data with its source, for the day on which a notification does not arrive.

The Department's notification form is what gov.uk's guidance names, with its start page, account and role. That the
secretariat has a mailbox and is telephoned for clarification is practice as partnerships' procedures tell it; no
address or number is stated there, so none is invented here: a deployment gives the Panel's own in its settings.
"""

from dataclasses import dataclass

from local_service.delivery_alerts.models import ManualRoute
from local_service.settings import LocalSettings


@dataclass(frozen=True)
class RouteByHand:
    """One way to tell the Panel. ``verified`` says how sure the source is."""

    route: ManualRoute
    title: str
    what_to_do: str
    address: str | None
    source: str
    verified: bool


def routes_by_hand(settings: LocalSettings) -> list[RouteByHand]:
    """Give the ways in the order in which to try them."""
    return [
        RouteByHand(
            ManualRoute.FORM,
            "The Department for Education's notification form",
            "Sign in with a DfE sign-in account that has the role “childsafeguarding notifier” and notify the incident: "
            "one form for the incident, up to four children, others in free text. Name the exchange reference in it, so "
            "that the Panel can tell that it is the same incident.",
            settings.panel_form_address,
            "gov.uk guidance: report a serious child safeguarding incident",
            verified=True,
        ),
        RouteByHand(
            ManualRoute.EMAIL,
            "E-mail to the Panel's secretariat",
            "Write from a secure mailbox to the address the Panel gave you, with the exchange reference, and ask for an "
            "acknowledgement. Children's names go only where the mailbox is secure at both ends.",
            settings.panel_email or None,
            "Practice: rapid reviews go to the secretariat's mailbox; not verified",
            verified=False,
        ),
        RouteByHand(
            ManualRoute.TELEPHONE,
            "Telephone to the Panel's secretariat",
            "Say that a notification could not be delivered, agree how to send it, and note whom you spoke to.",
            settings.panel_telephone or None,
            "Practice: clarification goes by telephone; not verified",
            verified=False,
        ),
    ]


# What is told with every such alert. s16C names neither a form nor a number of days: whether
# telling the Panel otherwise meets the duty is not for a program to say, so it keeps both dates and says so.
DUTY_NOTE = (
    "Children Act 2004 s16C(1) lays down neither a form nor a time for the notification; guidance names the form and "
    "five working days. Whether telling the Panel by hand meets the duty is for the authority to judge: when the "
    "notification was sent here, when the Panel was told by hand and when its receipt came are all kept, and the "
    "computed duty goes by the sending alone."
)
