"""Sealing of personal data: authenticated encryption of values, keyed blind indexes beside them.

A sealed value is algorithm (1 byte), key id (2), nonce (12), text, tag (16). Table, column and row
are authenticated with it, so a value copied to another place no longer opens. A blind index is 16
bytes of an HMAC under a key per purpose: it finds and keeps unique what nobody can read. Data keys
and index keys rotate apart, so that a new data key leaves every index as it was.
"""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from os import urandom
from types import MappingProxyType
from typing import Final, Protocol, Self
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import GCM

from shared.keyring import (
    DataAlgorithm,
    DataKey,
    IndexAlgorithm,
    IndexKey,
    KeyRing,
    KeyRingBroken,
    KeyRingExposed,
)

__all__ = ["INDEX_BYTES", "SealBroken", "Sealed", "Sealer"]

INDEX_BYTES: Final = 16
_NONCE: Final = 12
_TAG: Final = 16
_HEADER: Final = 3
_SMALLEST: Final = _HEADER + _NONCE + _TAG
_LABELS: Final[Mapping[DataAlgorithm, int]] = MappingProxyType(
    {DataAlgorithm.AES_256_GCM: 1, DataAlgorithm.SM4_GCM: 2}
)

Row = UUID | str | int


class SealBroken(Exception):
    """The value was changed, moved, or sealed under a key that this ring does not hold."""


class Sealed(bytes):
    """A sealed value. Printing it shows its key and size, never a byte of it."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<sealed, key {_key_id(self)}, {len(self)} bytes>"

    __str__ = __repr__


class _Box(Protocol):
    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes: ...


class _Sm4Box:
    """SM4-GCM (GB/T 32907) behind the interface of AESGCM."""

    def __init__(self, key: bytes) -> None:
        self._key = SM4(key)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        encryptor = Cipher(self._key, GCM(nonce)).encryptor()
        encryptor.authenticate_additional_data(associated_data)
        return encryptor.update(data) + encryptor.finalize() + encryptor.tag

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes) -> bytes:
        decryptor = Cipher(self._key, GCM(nonce, data[-_TAG:])).decryptor()
        decryptor.authenticate_additional_data(associated_data)
        return decryptor.update(data[:-_TAG]) + decryptor.finalize()


class Sealer:
    """Seals, opens and indexes with the keys of one ring. Safe to share between threads."""

    def __init__(self, keys: KeyRing) -> None:
        self._ring = keys
        self._take(keys)

    def _take(self, keys: KeyRing) -> None:
        self._boxes = {key.id: (_header(key), _box(key)) for key in keys.data}
        self._newest = keys.data[-1].id
        self._index_keys = keys.index
        self._bases: dict[tuple[int, str], hmac.HMAC] = {}

    def refresh(self) -> Self:
        """Read the key file again, so that this process seals under the newest keys."""
        self._ring = self._ring.again()
        self._take(self._ring)
        return self

    def seal(self, value: str | bytes, *, table: str, column: str, row: Row) -> Sealed:
        """Seal one value for its place."""
        header, box = self._boxes[self._newest]
        nonce = urandom(_NONCE)
        bound = _place(table, column) + str(row).encode()
        return Sealed(header + nonce + box.encrypt(nonce, _bytes(value), bound))

    def seal_many(
        self, values: Sequence[str | bytes], *, table: str, column: str, rows: Sequence[Row]
    ) -> list[Sealed]:
        """Seal a column of values, one for each row, with one draw of chance."""
        header, box = self._boxes[self._newest]
        place, encrypt = _place(table, column), box.encrypt
        chance = urandom(_NONCE * len(values))
        sealed = []
        for at, (value, row) in enumerate(zip(values, rows, strict=True)):
            nonce = chance[_NONCE * at : _NONCE * (at + 1)]
            text = value.encode() if isinstance(value, str) else value
            bound = place + str(row).encode()
            sealed.append(Sealed(header + nonce + encrypt(nonce, text, bound)))
        return sealed

    def open(self, value: bytes, *, table: str, column: str, row: Row) -> str:
        """Open a sealed text. Raises SealBroken, which never names the value."""
        return _text(self.open_bytes(value, table=table, column=column, row=row))

    def open_bytes(self, value: bytes, *, table: str, column: str, row: Row) -> bytes:
        """Open a sealed value of bytes. Raises SealBroken."""
        return self._open(value, _place(table, column) + str(row).encode())

    def open_many(
        self, values: Iterable[bytes], *, table: str, column: str, rows: Iterable[Row]
    ) -> list[str]:
        """Open a column of sealed texts, one for each row. Raises SealBroken for any broken one."""
        place = _place(table, column)
        return [
            _text(self._open(value, place + str(row).encode()))
            for value, row in zip(values, rows, strict=True)
        ]

    def needs_resealing(self, value: bytes) -> bool:
        """Say whether a value is sealed under any key but the newest."""
        return value[:_HEADER] != self._boxes[self._newest][0]

    def index(self, purpose: str, value: str | bytes) -> bytes:
        """Return the 16-byte blind index of a normalised value under the newest index key."""
        return self._index(self._index_keys[-1], purpose, value)

    def index_many(self, purpose: str, values: Iterable[str | bytes]) -> list[bytes]:
        """Return the blind indexes of a column under the newest index key."""
        base = self._base(self._index_keys[-1], purpose)
        indexes = []
        for value in values:
            state = base.copy()
            state.update(value.encode() if isinstance(value, str) else value)
            indexes.append(state.finalize()[:INDEX_BYTES])
        return indexes

    def index_all(self, purpose: str, value: str | bytes) -> tuple[bytes, ...]:
        """Return the blind indexes under the newest and the previous index key, newest first."""
        return tuple(self._index(key, purpose, value) for key in reversed(self._index_keys[-2:]))

    @property
    def index_key_id(self) -> int:
        """The id of the newest index key, to store beside an index."""
        return self._index_keys[-1].id

    def __repr__(self) -> str:
        return f"Sealer({self._ring!r})"

    def _open(self, value: bytes, bound: bytes) -> bytes:
        if len(value) < _SMALLEST:
            raise SealBroken("the value is shorter than a seal")
        key_id = _key_id(value)
        if key_id not in self._boxes and self._ring.may_have_grown():
            with suppress(OSError, KeyRingBroken, KeyRingExposed):
                self.refresh()
        header, box = self._boxes.get(key_id, (None, None))
        if box is None or value[:_HEADER] != header:
            raise SealBroken(f"this ring holds no key {key_id} of that algorithm")
        nonce, text = value[_HEADER : _HEADER + _NONCE], value[_HEADER + _NONCE :]
        try:
            return box.decrypt(nonce, text, bound)
        except InvalidTag:
            raise SealBroken("the value was changed or belongs to another place") from None

    def _index(self, key: IndexKey, purpose: str, value: str | bytes) -> bytes:
        state = self._base(key, purpose).copy()
        state.update(_bytes(value))
        return state.finalize()[:INDEX_BYTES]

    def _base(self, key: IndexKey, purpose: str) -> hmac.HMAC:
        if (base := self._bases.get((key.id, purpose))) is None:
            algorithm = _hash(key.algorithm)
            derived = hmac.HMAC(key.secret, algorithm)
            derived.update(f"blind index:{purpose}".encode())
            base = self._bases[key.id, purpose] = hmac.HMAC(derived.finalize(), algorithm)
        return base


def _hash(algorithm: IndexAlgorithm) -> hashes.HashAlgorithm:
    return hashes.SM3() if algorithm is IndexAlgorithm.HMAC_SM3 else hashes.SHA256()


def _box(key: DataKey) -> _Box:
    return _Sm4Box(key.secret) if key.algorithm is DataAlgorithm.SM4_GCM else AESGCM(key.secret)


def _header(key: DataKey) -> bytes:
    return bytes([_LABELS[key.algorithm]]) + key.id.to_bytes(2)


def _key_id(value: bytes) -> int:
    return int.from_bytes(value[1:_HEADER])


def _bytes(value: str | bytes) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _text(opened: bytes) -> str:
    try:
        return opened.decode()
    except UnicodeDecodeError:
        # The decoder's error carries what it was given.
        raise SealBroken("the value was sealed as bytes, not as text") from None


@lru_cache(maxsize=1024)
def _place(table: str, column: str) -> bytes:
    # Identifiers only: with a stray dot or colon two places could be written the same way.
    if not (table.isidentifier() and column.isidentifier()):
        raise ValueError("table and column are plain identifiers")
    return f"{table}.{column}:".encode()
