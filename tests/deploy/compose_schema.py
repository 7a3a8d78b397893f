"""What a compose file of ours may say: a JSON schema of the part of the format that we use.

Written from the format's documentation, narrower than it on purpose: a key that is not here is a
typing error or something that should be thought about (docs/decisions/0004).
"""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
TEXTS: Schema = {"type": "array", "items": TEXT, "minItems": 1, "uniqueItems": True}
COMMAND: Schema = {"type": "array", "items": TEXT, "minItems": 1}
DURATION: Schema = {"type": "string", "pattern": "^([0-9]+(us|ms|s|m|h))+$"}
SIZE: Schema = {"type": "string", "pattern": "^[0-9]+[bkmg]$"}
NAME = "^[a-z][a-z0-9_-]*$"


def _record(required: tuple[str, ...] = (), /, **members: Schema) -> Schema:
    """Describe an object with these members and no others."""
    return {
        "type": "object",
        "properties": members,
        "required": list(required),
        "additionalProperties": False,
    }


def _named(value: Schema) -> Schema:
    """Describe an object whose keys are names chosen by us."""
    return {"type": "object", "patternProperties": {NAME: value}, "additionalProperties": False}


WAITS_FOR: Schema = _named(
    _record(
        ("condition",),
        condition={
            "enum": ["service_started", "service_healthy", "service_completed_successfully"]
        },
    )
)

HEALTHCHECK: Schema = _record(
    ("test", "interval", "timeout", "retries"),
    test={
        "type": "array",
        "prefixItems": [{"enum": ["CMD", "CMD-SHELL"]}],
        "items": TEXT,
        "minItems": 2,
    },
    interval=DURATION,
    timeout=DURATION,
    retries={"type": "integer", "minimum": 1},
    start_period=DURATION,
)

SERVICE: Schema = _record(
    ("image", "read_only", "cap_drop", "security_opt"),
    image={"type": "string", "pattern": "^[a-z0-9][a-z0-9./_-]*:[A-Za-z0-9_][A-Za-z0-9._-]*$"},
    build=_record(("context", "dockerfile"), context=TEXT, dockerfile=TEXT),
    user=TEXT,
    command=COMMAND,
    init={"type": "boolean"},
    read_only={"const": True},
    cap_drop={"const": ["ALL"]},
    security_opt=TEXTS,
    tmpfs=TEXTS,
    shm_size=SIZE,
    restart={"enum": ["no", "always", "on-failure", "unless-stopped"]},
    stop_signal={"type": "string", "pattern": "^SIG[A-Z]+$"},
    stop_grace_period=DURATION,
    network_mode={"const": "none"},
    networks=TEXTS,
    # A published port names the address it listens on.
    ports={
        "type": "array",
        "items": {"type": "string", "pattern": r"^[0-9.]+:(\$\{[A-Z]+:-)?[0-9]+\}?:[0-9]+$"},
    },
    volumes={
        "type": "array",
        "uniqueItems": True,
        "items": {"type": "string", "pattern": r"^(\./[\w./-]+|[a-z]+):/[\w./-]+(:ro)?$"},
    },
    environment={
        "type": "object",
        "patternProperties": {"^[A-Z][A-Z0-9_]*$": TEXT},
        "additionalProperties": False,
    },
    depends_on=WAITS_FOR,
    healthcheck=HEALTHCHECK,
)

COMPOSE: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "name": {"type": "string", "pattern": NAME},
        "services": _named(SERVICE),
        "networks": _named(_record(internal={"type": "boolean"})),
        "volumes": _named(_record()),
    },
    "patternProperties": {"^x-": {}},
    "required": ["name", "services", "networks", "volumes"],
    "additionalProperties": False,
}
