"""The description of the API as a file and as a page; nothing comes from anybody else's server."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import fastapi_offline
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from shared import problems
from shared.app import ROOT

FILE = ROOT / "docs" / "openapi.json"
STATIC = Path(fastapi_offline.__file__).parent / "static"
NOT_MODIFIED = 304
# Swagger UI sets style attributes; scripts come from here only and never stand in the page.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:;"
    " connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)
PAGE = """<!doctype html>
<html lang="zh-Hans">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>职培接口文档</title>
<link rel="stylesheet" href="/v1/docs/static/swagger-ui.css">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/v1/docs/static/swagger-ui-bundle.js"></script>
<script src="/v1/docs/start.js"></script>
</body>
</html>
"""
START = (
    'SwaggerUIBundle({url: "/v1/openapi.json", dom_id: "#swagger-ui", deepLinking: true,'
    " presets: [SwaggerUIBundle.presets.apis]});\n"
)


class Description:
    """The bytes of docs/openapi.json, read once."""

    def __init__(self, path: Path = FILE) -> None:
        self.body = path.read_bytes() if path.is_file() else None
        self.etag = f'"{sha256(self.body or b"").hexdigest()[:32]}"'
        # The catalogue that it was made with: this process knows its own problems only.
        self.problems: list[dict[str, Any]] = json.loads(self.body or b"{}").get("x-problems", [])


def routes(description: Description) -> list[BaseRoute]:
    """Return the routes of the description: plain ones, for anybody."""

    async def document(request: Request) -> Response:
        if description.body is None:
            return problems.answer(problems.NotFound())
        headers = {"ETag": description.etag, "Cache-Control": "public, max-age=60"}
        if request.headers.get("if-none-match") == description.etag:
            return Response(status_code=NOT_MODIFIED, headers=headers)
        return Response(description.body, media_type="application/json", headers=headers)

    async def page(_: Request) -> Response:
        return HTMLResponse(PAGE, headers={"Content-Security-Policy": POLICY})

    async def start(_: Request) -> Response:
        return Response(START, media_type="text/javascript")

    return [
        Route("/v1/openapi.json", document, include_in_schema=False),
        Route("/v1/docs", page, include_in_schema=False),
        Route("/v1/docs/start.js", start, include_in_schema=False),
        Mount("/v1/docs/static", StaticFiles(directory=STATIC), name="docs-static"),
    ]
