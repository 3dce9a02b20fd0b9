from pydantic import Field
from pydantic_settings import SettingsConfigDict

from service_kit.settings import ServiceSettings


class PanelSettings(ServiceSettings):
    """The settings of the Panel's service, read from variables that begin with `PANEL_`."""

    model_config = SettingsConfigDict(env_prefix="PANEL_")

    response_target_working_days: int | None = Field(
        default=None,
        ge=1,
        le=250,
        description="Working days in which the Panel aims to answer a rapid review: a target, no rule.",
    )
