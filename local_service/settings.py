from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_settings import SettingsConfigDict

from service_kit.clock.rule_sets import UnknownRuleSet, published_rule_sets
from service_kit.settings import ServiceSettings


def _is_published(code: str) -> str:
    try:
        return published_rule_sets().get(code).code
    except UnknownRuleSet as error:
        raise ValueError(f"must be one of {', '.join(published_rule_sets().codes())}") from error


class LocalSettings(ServiceSettings):
    """The settings of the local service, read from variables that begin with `LOCAL_`."""

    model_config = SettingsConfigDict(env_prefix="LOCAL_")

    four_eyes: bool = Field(
        default=True, description="Whether a notification is authorised by another person than drafted it."
    )
    information_request_days: int = Field(
        default=3,
        ge=0,
        le=60,
        description="How many working days before the rapid review is due an agency's answer is asked for.",
    )
    rule_set_choice: Literal["fixed", "by_date"] = Field(
        default="fixed",
        description="Whether every case gets the one rule set, or that of the day on which information was received.",
    )
    rule_set: Annotated[str, AfterValidator(_is_published)] = Field(
        default="consultation-2017", description="The code of the rule set where the choice is fixed."
    )
    panel_form_address: str = Field(
        default="https://childsafeguarding.education.gov.uk",
        description="The notification form, for a notification that the exchange cannot deliver.",
    )
    panel_email: str = Field(
        default="",
        description="The mailbox of the Panel's secretariat, as the Panel gave it, for the same day.",
    )
    panel_telephone: str = Field(
        default="", description="The telephone number of the Panel's secretariat, as the Panel gave it."
    )
