"""Give ready bytes again without a route: the same question to the same catalogue.

It stands behind the door, so a caller is known, allowed and counted before it is asked.
"""

from services.gateway.directory import answers, catalogue
from shared.problems import Problem
from shared.service import Service
from shared.telemetry import App, Receive, Scope, Send

PATH, OPERATION = "/v1/directory", "search_directory"


class Ready:
    """Answer a search of the directory that was answered before; pass on everything else."""

    def __init__(self, app: App, *, here: Service) -> None:
        self.app, self.here = app, here

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or pass the request on."""
        if scope["type"] == "http" and scope["method"] == "GET" and scope["path"] == PATH:
            kept = catalogue.of(self.here).kept(scope["query_string"])
            if kept is not None and self._allowed(scope):
                scope["route"] = kept.route  # what telemetry calls the request
                body = b"" if kept.known_to(scope["headers"]) else kept.body
                headers = [*(kept.whole if body else kept.unchanged)]
                status = answers.OK if body else answers.NOT_MODIFIED
                await send({"type": "http.response.start", "status": status, "headers": headers})
                await send({"type": "http.response.body", "body": body, "more_body": False})
                return
        await self.app(scope, receive, send)

    def _allowed(self, scope: Scope) -> bool:
        try:
            self.here.access.check(OPERATION, scope["state"]["principal"])
        except Problem:
            return False  # the route itself says no
        return True
