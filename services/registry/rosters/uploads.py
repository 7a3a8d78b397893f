"""Take the bytes of an upload out of a request: a raw body, or the field `file` of a form."""

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response

from services.registry.rosters.files import MAX_BYTES
from shared import problems, routing

BODY_BYTES_MAX = MAX_BYTES + 1024 * 1024  # the form's own lines come on top of the file
TRUE = frozenset(("1", "true", "t", "yes", "y", "on"))
FORM = "multipart/form-data"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MISSING = {
    "where": "body/file",
    "code": "missing",
    "text": "缺少文件",
    "text_en": "the file is missing",
}
_FILE = {"schema": {"type": "string", "format": "binary"}}
REQUEST_BODY = {
    "required": True,
    "content": {
        XLSX: _FILE,
        "text/csv": {
            "schema": {"type": "string"},
            "example": "班级编号,姓名,身份证号,手机\n650402-2020-0001,示例甲,650402199001010015,\n",
        },
        FORM: {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
                "required": ["file"],
            }
        },
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    "rows": {
                        "type": "array",
                        "maxItems": 100_000,
                        "items": {
                            "type": "object",
                            "properties": {
                                "name": {"type": "string"},
                                "id_number": {"type": "string"},
                                "phone": {"type": "string"},
                                "class_code": {"type": "string"},
                            },
                            "required": ["name", "id_number", "class_code"],
                        },
                    }
                },
                "required": ["rows"],
            },
            "example": {
                "rows": [
                    {
                        "name": "示例甲",
                        "id_number": "650402199001010015",
                        "class_code": "650402-2020-0001",
                    }
                ]
            },
        },
    },
}


class Upload(routing.Operation):
    """An operation whose dry run moves nothing, and so neither needs nor claims a key."""

    def get_route_handler(self) -> routing.Handler:
        """Choose by the query between the keyed and the keyless handler."""
        keyed = super().get_route_handler()
        told = self.openapi_extra
        self.openapi_extra = {**(told or {}), **routing.NO_KEY}
        keyless = super().get_route_handler()
        self.openapi_extra = told

        async def run(request: Request) -> Response:
            return await (keyless if dry_run(request) else keyed)(request)

        return run


def dry_run(request: Request) -> bool:
    """Say whether an upload is only tried."""
    return request.query_params.get("dry_run", "").lower() in TRUE


async def content(request: Request) -> bytes:
    """Return the file's bytes. Raises Malformed for a form without a field `file`."""
    if not request.headers.get("content-type", "").lower().startswith(FORM):
        return await request.body()
    parser = MultiPartParser(request.headers, request.stream(), max_files=1, max_fields=4)
    # An upload is never written to a disk, not even to a temporary file.
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
