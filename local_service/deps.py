from typing import Annotated

from fastapi import Depends, Header, Request

from local_service.settings import LocalSettings
from service_kit.etags import read_if_match


async def get_settings(request: Request) -> LocalSettings:
    """Give the settings the application was made with."""
    settings = request.app.state.settings
    assert isinstance(settings, LocalSettings)  # noqa: S101 -- narrows the type; create_app was given them
    return settings


SettingsDep = Annotated[LocalSettings, Depends(get_settings)]


async def read_if_match_or_none(
    if_match: Annotated[
        str | None,
        Header(description='The ETag last read, for example `"v3"`.', json_schema_extra={"x-optional": True}),
    ] = None,
) -> int | None:
    """Give the version the caller last read, where it says so. Raises 412 where it is no ETag of ours."""
    return None if if_match is None else await read_if_match(if_match)


OptionalIfMatchDep = Annotated[int | None, Depends(read_if_match_or_none)]
