from typing import Annotated

from fastapi import Depends, Request

from panel_service.settings import PanelSettings


async def get_settings(request: Request) -> PanelSettings:
    """Give the settings the application was made with."""
    settings = request.app.state.settings
    assert isinstance(settings, PanelSettings)  # noqa: S101 -- narrows the type; create_app was given them
    return settings


SettingsDep = Annotated[PanelSettings, Depends(get_settings)]
