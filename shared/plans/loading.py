"""Load a plan pack: read every file, collect every fault, and answer with frozen records."""

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from shared.plans import common, head, lists, matters, provisions, sourcing
from shared.plans.faults import Fault, PlanError
from shared.plans.pack import Plan
from shared.plans.reading import Document, Node
from shared.plans.vocabulary import Language

R = TypeVar("R")

PARTS = ("departments.toml", "categories.toml", "plan.toml", "divisions.toml", "funds.toml")
BYTES_MAX = 1_000_000


def default_directory() -> Path:
    """Return the pack that this repository ships."""
    return Path(__file__).resolve().parents[2] / "deploy" / "plans" / "turpan-2019-2021"


def load(directory: Path) -> Plan:
    """Load the pack in a directory. Raises PlanError with every fault found."""
    return _Loading(directory).plan()


def shown(path: Path) -> str:
    """Name a path as the reader would type it: from the working directory where it lies below."""
    resolved, here = path.resolve(), Path.cwd()
    return str(resolved.relative_to(here) if resolved.is_relative_to(here) else path)


class _Loading:
    """One load of one directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.faults: list[Fault] = []
        self.known = common.Known()
        self.files: dict[str, str] = {}

    def plan(self) -> Plan:
        self._read_files()
        departments = self._part("departments.toml", head.departments)
        categories = self._part("categories.toml", lists.categories)
        main = self._part("plan.toml", head.main)
        places = self._part("divisions.toml", lambda root, _: lists.places(root))
        money = self._part("funds.toml", lists.funds)
        rules = [
            self._part(file, partial(provisions.read, identifier=stem))
            for file, stem in self._below("provisions")
        ]
        told = [
            self._part(file, partial(matters.read, identifier=stem, files=self.files))
            for file, stem in self._below("matters")
        ]
        self._strays({stem for _, stem in self._below("matters")})
        if self.faults:
            raise PlanError(self.faults)
        return Plan(
            hash=_hash(self.files),
            texts=MappingProxyType(dict(self.files)),
            plan=main.head,
            departments=departments,
            measures=main.measures,
            targets=main.targets,
            divisions=places.divisions,
            authorities=places.authorities,
            categories=categories,
            funds=money.funds,
            orders=money.orders,
            provisions=tuple(rules),
            matters=tuple(told),
        )

    def _read_files(self) -> None:
        for path in sorted(self.directory.rglob("*")):
            name = path.relative_to(self.directory).as_posix()
            if not path.is_file() or any(part.startswith(".") for part in name.split("/")):
                continue
            if path.stat().st_size > BYTES_MAX:
                self._fault(name, f"larger than {BYTES_MAX} bytes")
                continue
            try:
                self.files[name] = path.read_bytes().decode("utf-8")
            except UnicodeDecodeError:
                self._fault(name, "not UTF-8")

    def _part(self, file: str, read: Callable[[Node, common.Known], R]) -> R:
        """Read one file with its own reader, and look for numbers without source."""
        if not self.files.get(file):
            self._fault(file, "missing or empty file")
        document = Document(self._shown(file), self.files.get(file, ""), self.faults)
        found = read(document.root(), self.known)
        sourcing.check(document)
        return found

    def _below(self, folder: str) -> list[tuple[str, str]]:
        """List the TOML files of a folder with their stems."""
        return [
            (name, Path(name).stem)
            for name in self.files
            if name.startswith(f"{folder}/") and name.count("/") == 1 and name.endswith(".toml")
        ]

    def _strays(self, told: set[str]) -> None:
        """Refuse a file that nothing reads: a misspelt name must not pass unseen."""
        texts = {matters.text_path(word.value, matter) for word in Language for matter in told}
        read = {*PARTS, *texts, *(name for name, _ in self._below("provisions"))}
        read.update(name for name, _ in self._below("matters"))
        for name in self.files:
            if name not in read:
                self._fault(name, "nothing reads this file")

    def _fault(self, file: str, message: str) -> None:
        self.faults.append(Fault(self._shown(file), 1, message))

    def _shown(self, file: str) -> str:
        return shown(self.directory / file)


def _hash(files: Mapping[str, str]) -> str:
    """Hash path, length and text of every file, in the order of the paths."""
    digest = hashlib.sha256()
    for name in sorted(files):
        body = files[name].encode()
        digest.update(f"{name}\n{len(body)}\n".encode())
        digest.update(body)
    return digest.hexdigest()
