"""The image is built from the lock by hash, holds only what it needs, and runs as nobody."""

import fnmatch
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
Instruction = tuple[str, str]


def instructions(text: str) -> list[Instruction]:
    """Split a Dockerfile into its instructions, comments and line ends taken out."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    parts = (line.split(None, 1) for line in joined.splitlines() if line.strip())
    return [(word.upper(), " ".join(rest[0].split()) if rest else "") for word, *rest in parts]


def stages(found: list[Instruction]) -> list[list[Instruction]]:
    """Divide instructions at each FROM."""
    starts = [number for number, (word, _) in enumerate(found) if word == "FROM"]
    return [found[a:b] for a, b in zip(starts, [*starts[1:], len(found)], strict=True)]


def _bases(found: list[Instruction]) -> Iterator[str]:
    for word, rest in found:
        image = rest.split()[0] if rest else ""
        if word == "FROM" and (":" not in image or image.endswith(":latest")):
            yield f"{image} has no version"


def _runs(found: list[Instruction]) -> Iterator[str]:
    for word, rest in found:
        if word != "RUN":
            continue
        if "apt-get install" in rest and "/var/lib/apt/lists" not in rest:
            yield "apt's lists stay in the image"
        if "pip install" in rest and "--require-hashes" not in rest:
            yield "pip does not check hashes"
        if "pip install" in rest and "--no-cache-dir" not in rest:
            yield "pip's cache stays in the image"
        if re.search(r"\b(?:curl|wget)\b|\bsudo\b", rest):
            yield f"fetches or becomes something else: {rest}"


def _secrets(found: list[Instruction]) -> Iterator[str]:
    for word, rest in found:
        if word in {"ARG", "ENV"} and re.search(r"PASSWORD|SECRET|TOKEN|_KEY\b", rest.upper()):
            yield f"{word} carries a secret: {rest}"


def _last_stage(found: list[Instruction]) -> Iterator[str]:
    last = stages(found)[-1]
    users = [rest for word, rest in last if word == "USER"]
    if not users or re.match(r"(?:root|0)\b", users[-1]):
        yield "runs as root"
    words = [word for word, _ in last]
    if "HEALTHCHECK" not in words:
        yield "has no health check"
    for word, rest in last:
        if word in {"CMD", "ENTRYPOINT"} and not rest.startswith("["):
            yield f"{word} goes through a shell, which swallows signals"
    if "ADD" in [word for word, _ in found]:
        yield "ADD fetches and unpacks; COPY says what it does"


def _allowed(path: str, patterns: list[str]) -> bool:
    """Say whether .dockerignore lets a path into the build; the last pattern that fits decides."""
    allowed = True
    for pattern in patterns:
        bare = pattern.removeprefix("!")
        parents = ["/".join(path.split("/")[:n]) for n in range(1, path.count("/") + 2)]
        if any(fnmatch.fnmatchcase(p, bare) and p.count("/") == bare.count("/") for p in parents):
            allowed = pattern.startswith("!")
    return allowed


def _copies(found: list[Instruction]) -> Iterator[str]:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line.strip() for line in ignored if line.strip() and line[0] != "#"]
    for word, rest in found:
        if word != "COPY" or "--from=" in rest:
            continue
        for path in [part for part in rest.split() if not part.startswith("--")][:-1]:
            if path == "." or not (ROOT / path).exists():
                yield f"COPY {path}: not there"
            elif not _allowed(path, patterns):
                yield f"COPY {path}: .dockerignore keeps it out"


def lint(text: str) -> list[str]:
    """List what is wrong with a Dockerfile."""
    found = instructions(text)
    checks = (_bases, _runs, _secrets, _last_stage, _copies)
    return [fault for check in checks for fault in check(found)]


GOOD = """
FROM python:3.13-slim
COPY services services
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
USER 10001
HEALTHCHECK CMD ["true"]
CMD ["python"]
"""


def test_the_dockerfile_has_no_fault() -> None:
    """Every rule below holds for the image that is built."""
    assert lint((ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("was", "becomes", "fault"),
    [
        ("python:3.13-slim", "python:latest", "python:latest has no version"),
        ("python:3.13-slim", "python", "python has no version"),
        ("USER 10001", "USER root", "runs as root"),
        ("USER 10001", "USER 0:0", "runs as root"),
        ("USER 10001", "", "runs as root"),
        ("USER 10001", "ARG DB_PASSWORD\nUSER 1", "ARG carries a secret: DB_PASSWORD"),
        ("USER 10001", "ENV API_TOKEN=x\nUSER 1", "ENV carries a secret: API_TOKEN=x"),
        ("--require-hashes ", "", "pip does not check hashes"),
        ("--no-cache-dir ", "", "pip's cache stays in the image"),
        ("services services", "nowhere x", "COPY nowhere: not there"),
        ("services services", "tests tests", "COPY tests: .dockerignore keeps it out"),
        ("services services", ". .", "COPY .: not there"),
        ("COPY", "ADD", "ADD fetches and unpacks; COPY says what it does"),
        ('CMD ["python"]', "CMD python", "CMD goes through a shell, which swallows signals"),
        ('HEALTHCHECK CMD ["true"]', "", "has no health check"),
        ("pip install", "apt-get install x; pip install", "apt's lists stay in the image"),
    ],
)
def test_a_fault_in_a_dockerfile_is_found(was: str, becomes: str, fault: str) -> None:
    """One change to a good file gives exactly its fault."""
    assert lint(GOOD) == []
    assert lint(GOOD.replace(was, becomes, 1)) == [fault]


def test_secrets_and_data_stay_out_of_the_build() -> None:
    """Nothing but the listed paths is ever sent to the builder."""
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    patterns = [line for line in lines if line and not line.startswith("#")]
    for path in (".env", ".data/up/keys", ".git/config", "deploy/postgres/roles.sql", "tests/x.py"):
        assert not _allowed(path, patterns)
