"""Templates, languages and headers of the pages."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import jinja2
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from services.gateway.directory import answers

HERE = Path(__file__).parent
HTML = "text/html; charset=utf-8"
ZH, EN = "zh", "en"
CODES = {ZH: "zh-Hans", EN: "en"}
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:;"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PREFERRED = re.compile(r"\s*([a-zA-Z]{2})(?:-[\w-]+)?\s*(?:;\s*q=([01](?:\.\d+)?))?\s*")
MEDIA = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
FOREVER = "public, max-age=31536000, immutable"

STATIC: Mapping[str, bytes] = {
    path.name: path.read_bytes() for path in sorted((HERE / "static").iterdir())
}
VERSION = sha256(b"".join(STATIC.values())).hexdigest()[:12]
WORDS: Mapping[str, Mapping[str, str]] = tomllib.loads((HERE / "words.toml").read_text("utf-8"))


@dataclass(frozen=True, slots=True)
class Said:
    """The language of a page, and whether the address names it."""

    language: str
    chosen: bool

    def t(self, key: str, **values: Any) -> str:
        """Say a text of the pages; `{blanks}` are filled."""
        return WORDS[key][self.language].format(**values)

    def of(self, name: Any) -> str:
        """Say a name that has both languages."""
        if isinstance(name, Mapping):
            return str(name[self.language])
        return str(getattr(name, self.language))

    def url(self, path: str, **query: Any) -> str:
        """Return an address of ours that stays in the chosen language."""
        given = {key: value for key, value in query.items() if value not in {None, ""}}
        if self.chosen:
            given["lang"] = self.language
        return f"{path}?{urlencode(given)}" if given else path


def language_of(request: Request) -> Said:
    """Return the language asked for: by address, else by the browser, else Chinese."""
    named = request.query_params.get("lang")
    if named in CODES:
        return Said(named, chosen=True)
    best, weight = ZH, 0.0
    for part in request.headers.get("accept-language", "")[:200].split(","):
        if found := PREFERRED.fullmatch(part):
            language, quality = found[1].lower(), float(found[2] or 1)
            if language in CODES and quality > weight:
                best, weight = language, quality
    return Said(best, chosen=False)


def number(value: int | None) -> str:
    """Write a number with thousands apart; a dash where it is not known."""
    return "—" if value is None else f"{value:,}"


def percent(ratio: float | None) -> str:
    """Write a share as a percentage, finer where it is small."""
    if ratio is None:
        return "—"
    return f"{ratio * 100:.1f}%"


def bar(ratio: float | None, kind: str = "bar") -> Markup:
    """Draw a share as a bar; the number stands beside it, so the bar is hidden from readers."""
    width = 0.0 if ratio is None else min(max(ratio, 0.0), 1.0) * 100
    shown = 0.0 if not ratio else max(width, 0.6)
    return Markup(  # noqa: S704 - numbers only
        f'<svg class="{kind}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"'
        ' focusable="false"><rect class="track" width="100" height="4"/>'
        f'<rect class="fill" width="{shown:.2f}" height="4"/></svg>'
    )


def shares(paid: int, reserved: int, received: int) -> Markup:
    """Draw what was paid and what is held of what came in; the numbers stand beside it."""
    whole = max(received, paid + reserved, 1)
    first = max(paid, 0) * 100 / whole
    second = max(reserved, 0) * 100 / whole
    return Markup(  # noqa: S704 - numbers only
        '<svg class="bar big" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true"'
        ' focusable="false"><rect class="track" width="100" height="4"/>'
        f'<rect class="fill" width="{first:.2f}" height="4"/>'
        f'<rect class="held" x="{first:.2f}" width="{second:.2f}" height="4"/></svg>'
    )


ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters.update({"number": number, "percent": percent})
ENVIRONMENT.globals.update({"bar": bar, "shares": shares, "version": VERSION})


def page(
    request: Request,
    name: str,
    *,
    title: str,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **values: Any,
) -> Response:
    """Render a page with its headers; a known one costs a 304. `title` is a key of the words."""
    said = language_of(request)
    here = {key: value for key, value in request.query_params.items() if key != "lang"}
    body = ENVIRONMENT.get_template(name).render(
        said=said,
        t=said.t,
        of=said.of,
        url=said.url,
        lang=CODES[said.language],
        title=said.t(title),
        path=request.url.path,
        other={code: f"?{urlencode({**here, 'lang': code})}" for code in CODES},
        **values,
    )
    sent = {
        "Content-Security-Policy": POLICY,
        "Content-Language": CODES[said.language],
        "Vary": "Accept-Language, Authorization",
        **(headers or {}),
    }
    if status == 503:  # noqa: PLR2004 - busy: the reader, or their browser, may come again
        sent.setdefault("Retry-After", "1")
    data = body.encode()
    if status != 200 or request.method != "GET":  # noqa: PLR2004 - OK
        sent["Cache-Control"] = "no-store"
        return Response(data, status, media_type=HTML, headers=sent)
    return answers.conditional(request, data, answers.etag_of(data), media_type=HTML, headers=sent)


def static(version: str, name: str) -> Response | None:
    """Return a file of the pages; None for another name or another version's address."""
    content = STATIC.get(name)
    if content is None or version != VERSION:
        return None
    headers = {"Cache-Control": FOREVER}
    return Response(content, media_type=MEDIA[Path(name).suffix], headers=headers)
