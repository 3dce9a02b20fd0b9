"""The reference page: Swagger UI from the installed package, nothing fetched from outside."""

from importlib.resources import files

from fastapi import FastAPI, Response
from fastapi.responses import HTMLResponse, JSONResponse
from fastapi.staticfiles import StaticFiles

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en-GB">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}: reference</title>
<link rel="stylesheet" href="/reference/assets/swagger-ui.css">
<link rel="icon" href="/reference/assets/favicon.png">
</head>
<body>
<main id="reference"></main>
<script src="/reference/assets/swagger-ui-bundle.js"></script>
<script src="/reference/start.js"></script>
</body>
</html>
"""
# A file of its own: the page's policy allows no inline script.
START = """window.onload = () => SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#reference", deepLinking: true, displayRequestDuration: true,
  persistAuthorization: false, validatorUrl: null, defaultModelsExpandDepth: 0
});
"""


def add_reference_pages(app: FastAPI) -> None:
    """Serve the reference page at ``/reference`` and the document at ``/openapi.json``."""
    page = PAGE.format(title=app.title)

    async def reference() -> HTMLResponse:
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})

    async def start() -> Response:
        return Response(START, media_type="text/javascript")

    async def document() -> JSONResponse:
        return JSONResponse(app.openapi())

    app.add_api_route("/reference", reference, include_in_schema=False)
    app.add_api_route("/reference/start.js", start, include_in_schema=False)
    app.add_api_route("/openapi.json", document, include_in_schema=False)
    assets = files("fastapi_offline") / "static"
    app.mount("/reference/assets", StaticFiles(directory=str(assets)), name="reference-assets")
