"""The route class of both services: bodies are I-JSON."""

from collections.abc import Callable
from typing import Any

from fastapi import Request
from fastapi.routing import APIRoute

from service_kit.problems import ApiProblem
from shared_schemas.exchange.ijson import MalformedMessage, load_ijson


class _StrictRequest(Request):
    async def json(self) -> Any:
        try:
            return load_ijson(await self.body())
        except MalformedMessage as error:
            raise ApiProblem("malformed-body") from error


class StrictRoute(APIRoute):
    """Read bodies as I-JSON (RFC 7493): what two parsers could read differently is refused."""

    def get_route_handler(self) -> Callable[[Request], Any]:
        """Wrap the framework's handler."""
        handler = super().get_route_handler()
        takes_body = self.body_field is not None

        async def handle(request: Request) -> Any:
            if takes_body and not _is_json(request):
                raise ApiProblem("unsupported-media-type")
            return await handler(_StrictRequest(request.scope, request.receive))

        return handle


def _is_json(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return media_type == "application/json"
