from pydantic import Field
from pydantic_settings import SettingsConfigDict

from service_kit.settings import ServiceSettings


class PanelSettings(ServiceSettings):
    """The settings of the Panel's service, read from variables that begin with `PANEL_`."""

    model_config = SettingsConfigDict(env_prefix="PANEL_")

    public_organisation: str = Field(
        default="panel", description="The code of the organisation whose public register is shown to anybody."
    )
    four_eyes: bool = Field(
        default=True,
        description="Whether a decision or letter is released by another person than recorded or drafted it.",
    )
    quorum: int | None = Field(
        default=None,
        ge=1,
        le=100,
        description="Members a meeting needs; without it, more than half of those in office. No law states one.",
    )
    response_target_working_days: int | None = Field(
        default=None,
        ge=1,
        le=250,
        description="Working days in which the Panel aims to answer a rapid review: a target, no rule.",
    )
