"""The key file of sealing: data keys and index keys by id, readable by its owner only."""

import base64
import binascii
import fcntl
import json
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

__all__ = [
    "DataAlgorithm",
    "DataKey",
    "IndexAlgorithm",
    "IndexKey",
    "KeyRing",
    "KeyRingBroken",
    "KeyRingExposed",
    "alone",
    "read_private",
    "write_private",
]


class DataAlgorithm(StrEnum):
    """How values are sealed."""

    AES_256_GCM = "aes-256-gcm"
    SM4_GCM = "sm4-gcm"


class IndexAlgorithm(StrEnum):
    """How blind indexes are made."""

    HMAC_SHA_256 = "hmac-sha-256"
    HMAC_SM3 = "hmac-sm3"


class KeyRingBroken(Exception):
    """The key file does not hold what a key file holds. The message never quotes it."""


class KeyRingExposed(Exception):
    """Somebody other than the owner may read or write a private file."""


_DATA_BYTES: Final = {DataAlgorithm.AES_256_GCM: 32, DataAlgorithm.SM4_GCM: 16}
_INDEX_BYTES: Final = 32
_INDEX_OF: Final = {
    DataAlgorithm.AES_256_GCM: IndexAlgorithm.HMAC_SHA_256,
    DataAlgorithm.SM4_GCM: IndexAlgorithm.HMAC_SM3,
}
_LARGEST_ID: Final = 0xFFFF
_PRIVATE: Final = 0o600
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_SECONDS_BETWEEN_LOOKS: Final = 1.0


@dataclass(frozen=True, slots=True)
class DataKey:
    """A key that seals values."""

    id: int
    algorithm: DataAlgorithm
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class IndexKey:
    """A key that makes blind indexes."""

    id: int
    algorithm: IndexAlgorithm
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Every key of one service, oldest first; the last of each kind is the newest."""

    path: Path
    data: tuple[DataKey, ...]
    index: tuple[IndexKey, ...]
    _looked: list[float] = field(default_factory=list, repr=False, compare=False)

    @classmethod
    def create(
        cls, path: Path, *, algorithm: DataAlgorithm | str = DataAlgorithm.AES_256_GCM
    ) -> Self:
        """Write a new file with one data key and one index key.

        Raises FileExistsError rather than replace a ring that something may be sealed under.
        """
        chosen = DataAlgorithm(algorithm)
        ring = cls(path, (_new_data_key(1, chosen),), (_new_index_key(1, _INDEX_OF[chosen]),))
        write_private(path, _text(ring), replacing=False)
        return ring

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a key file. Raises KeyRingExposed, KeyRingBroken, FileNotFoundError."""
        try:
            document = json.loads(read_private(path))
            data = tuple(map(_data_key, document["data"]))
            index = tuple(map(_index_key, document["index"]))
        except (KeyError, TypeError, ValueError, binascii.Error):
            raise KeyRingBroken(f"{path} is not a key file") from None
        _require_rising(path, [key.id for key in data])
        _require_rising(path, [key.id for key in index])
        return cls(path, data, index)

    def again(self) -> Self:
        """Read the same file as it is now."""
        return replace(self.load(self.path), _looked=self._looked)

    def may_have_grown(self) -> bool:
        """Say whether the file is worth another look: at most once a second."""
        now = time.monotonic()
        if self._looked and now - self._looked[-1] < _SECONDS_BETWEEN_LOOKS:
            return False
        self._looked[:] = [now]
        return True

    @classmethod
    def rotate_data_key(cls, path: Path, *, algorithm: DataAlgorithm | str | None = None) -> Self:
        """Append a data key that seals from now on; earlier keys still open.

        Running processes open values under it at once and seal under it after a refresh.
        """

        def longer(ring: Self) -> Self:
            last = ring.data[-1]
            chosen = DataAlgorithm(algorithm) if algorithm else last.algorithm
            return replace(ring, data=(*ring.data, _new_data_key(last.id + 1, chosen)))

        return cls._rewrite(path, longer)

    @classmethod
    def rotate_index_key(cls, path: Path, *, algorithm: IndexAlgorithm | str | None = None) -> Self:
        """Append an index key; `index_all` answers under it and the one before."""

        def longer(ring: Self) -> Self:
            last = ring.index[-1]
            chosen = IndexAlgorithm(algorithm) if algorithm else last.algorithm
            return replace(ring, index=(*ring.index, _new_index_key(last.id + 1, chosen)))

        return cls._rewrite(path, longer)

    @classmethod
    def retire_data_key(cls, path: Path, key_id: int) -> Self:
        """Drop a data key that nothing is sealed under any more. The newest stays.

        Raises ValueError for the newest key and an unknown one.
        """

        def shorter(ring: Self) -> Self:
            if key_id not in {key.id for key in ring.data[:-1]}:
                raise ValueError("only an earlier data key can be retired")
            return replace(ring, data=tuple(key for key in ring.data if key.id != key_id))

        return cls._rewrite(path, shorter)

    @classmethod
    def _rewrite(cls, path: Path, change: Callable[[Self], Self]) -> Self:
        with alone(path.parent):
            ring = change(cls.load(path))
            write_private(path, _text(ring), replacing=True)
        return ring


def read_private(path: Path) -> str:
    """Read a file of secrets. Raises KeyRingExposed if group or world may use it."""
    with path.open(encoding="ascii") as file:
        if os.fstat(file.fileno()).st_mode & _OTHERS:
            raise KeyRingExposed(f"{path} must be its owner's alone (mode 0600)")
        return file.read()


def write_private(path: Path, text: str, *, replacing: bool, mode: int = _PRIVATE) -> None:
    """Write a file whole or not at all, by default its owner's alone.

    Raises FileExistsError unless replacing.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if replacing:
            Path(name).replace(path)
        else:
            path.hardlink_to(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Hold a folder of keys against every other process that changes keys in it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _new_data_key(key_id: int, algorithm: DataAlgorithm) -> DataKey:
    return DataKey(key_id, algorithm, os.urandom(_DATA_BYTES[algorithm]))


def _new_index_key(key_id: int, algorithm: IndexAlgorithm) -> IndexKey:
    return IndexKey(key_id, algorithm, os.urandom(_INDEX_BYTES))


def _text(ring: KeyRing) -> str:
    document = {"data": [*map(_entry, ring.data)], "index": [*map(_entry, ring.index)]}
    return json.dumps(document, indent=2) + "\n"


def _entry(key: DataKey | IndexKey) -> dict[str, Any]:
    secret = base64.b64encode(key.secret).decode()
    return {"id": key.id, "algorithm": key.algorithm, "key": secret}


def _data_key(entry: dict[str, Any]) -> DataKey:
    algorithm = DataAlgorithm(entry["algorithm"])
    return DataKey(_id(entry), algorithm, _secret(entry, _DATA_BYTES[algorithm]))


def _index_key(entry: dict[str, Any]) -> IndexKey:
    return IndexKey(_id(entry), IndexAlgorithm(entry["algorithm"]), _secret(entry, _INDEX_BYTES))


def _id(entry: dict[str, Any]) -> int:
    if type(entry["id"]) is not int:
        raise TypeError("a key id is a whole number")
    return entry["id"]


def _secret(entry: dict[str, Any], size: int) -> bytes:
    secret = base64.b64decode(entry["key"], validate=True)
    if len(secret) != size:
        raise ValueError("a key has another length")
    return secret


def _require_rising(path: Path, ids: Sequence[int]) -> None:
    if not ids or ids[0] < 1 or ids[-1] > _LARGEST_ID or list(ids) != sorted(set(ids)):
        raise KeyRingBroken(f"{path}: key ids rise from 1 to {_LARGEST_ID}")
