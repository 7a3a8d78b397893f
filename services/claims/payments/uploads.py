"""Take the bytes of a bank's return out of a request: a raw body, or the field `file` of a form."""

from typing import Any

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from services.claims.payments import reading
from shared import problems

BODY_BYTES_MAX = reading.BYTES_MAX + 1024 * 1024  # the form's own lines come on top of the file
FORM = "multipart/form-data"
MISSING = {
    "where": "body/file",
    "code": "missing",
    "text": "缺少文件",
    "text_en": "the file is missing",
}
FORM_BODY: dict[str, Any] = {
    "schema": {
        "type": "object",
        "properties": {"file": {"type": "string", "format": "binary"}},
        "required": ["file"],
    }
}


async def content(request: Request) -> bytes:
    """Return the file's bytes. Raises Malformed for a form without a field `file`."""
    if not request.headers.get("content-type", "").lower().startswith(FORM):
        return await request.body()
    parser = MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=4)
    # Account numbers are never written to a disk in the clear, not even to a temporary file.
    parser.spool_max_size = BODY_BYTES_MAX
    try:
        form = await parser.parse()
    except (MultiPartException, KeyError):
        raise problems.Malformed from None
    try:
        file = form.get("file")
        if file is None or isinstance(file, str):
            raise problems.Malformed(errors=[MISSING])
        return await file.read()
    finally:
        await form.close()
