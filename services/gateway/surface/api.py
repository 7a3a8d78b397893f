"""What the surface answers itself: problems, labels, public keys."""

import json
from pathlib import Path
from typing import Any

from services.gateway.surface import labels, openapi
from services.gateway.surface.labels import LabelOut
from shared import routing

router = routing.router("", tags=["接口说明"])


class ProblemOut(routing.Out):
    """A code, the status it comes with, and its titles."""

    code: str
    status: int
    title: str
    title_en: str


class ProblemsOut(routing.Out):
    """Every code, in order."""

    items: list[ProblemOut]


class KeysOut(routing.Out):
    """A JSON Web Key Set (RFC 7517) of ES256 public keys; `issuer` says whose each is."""

    keys: list[dict[str, Any]]


@router.get("/v1/problems", summary="错误代码表")
async def list_problems(here: routing.Here) -> ProblemsOut:
    """List the codes of every service's problems with their titles."""
    items = {p["code"]: p for p in here.extra["description"].problems}
    items.update({p["code"]: p for p in openapi.problems_of_ours()})
    return ProblemsOut(items=[ProblemOut(**item) for _, item in sorted(items.items())])


@router.get("/v1/labels", summary="枚举值名称")
async def list_labels(here: routing.Here) -> dict[str, list[LabelOut]]:
    """List what the API's words are called, in Chinese, English and where there is, Uyghur."""
    return labels.every(here.plan)


@router.get("/.well-known/jwks.json", summary="公钥集")
async def read_key_set(here: routing.Here) -> KeysOut:
    """Give the public keys that tokens and the heads of the event chains are signed with."""
    folder: Path = here.extra["keys_folder"]
    document = json.loads((folder / "jwks.json").read_text("utf-8"))
    return KeysOut(keys=document["keys"])
