"""Sealing: nobody reads, changes or moves a value without the key, and keys rotate at work."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.keyring import (
    DataAlgorithm,
    DataKey,
    IndexAlgorithm,
    IndexKey,
    KeyRing,
    KeyRingBroken,
    KeyRingExposed,
)
from shared.sealing import SealBroken, Sealer

NUMBER = "65210119990101000X"
ROW = UUID("0190aaaa-0000-7000-8000-000000000001")
OTHER = UUID("0190aaaa-0000-7000-8000-000000000002")
ALGORITHMS = list(DataAlgorithm)


def ring(algorithm: DataAlgorithm) -> KeyRing:
    """Make a ring of fixed keys that no file holds."""
    size = 16 if algorithm is DataAlgorithm.SM4_GCM else 32
    hashing = IndexAlgorithm.HMAC_SM3 if size == 16 else IndexAlgorithm.HMAC_SHA_256
    data = (DataKey(1, algorithm, b"d" * size),)
    return KeyRing(Path("nowhere"), data, (IndexKey(1, hashing, b"i" * 32),))


@pytest.fixture(params=ALGORITHMS)
def sealer(request: pytest.FixtureRequest) -> Sealer:
    """Return a sealer of either algorithm."""
    return Sealer(ring(request.param))


@given(st.sampled_from(ALGORITHMS), st.text(st.characters(codec="utf-8"), max_size=200))
def test_what_is_sealed_opens_in_its_place(algorithm: DataAlgorithm, value: str) -> None:
    """Texts of every script, empty ones too."""
    sealer = Sealer(ring(algorithm))
    sealed = sealer.seal(value, table="trainees", column="name", row=ROW)
    assert sealer.open(bytes(sealed), table="trainees", column="name", row=ROW) == value
    assert len(sealed) == len(value.encode()) + 31


def test_bytes_are_sealed_too_and_are_not_taken_for_text(sealer: Sealer) -> None:
    """An issued file is bytes; opening it as text says so without showing any of it."""
    sealed = sealer.seal(b"\xff\x00", table="files", column="body", row=7)
    assert sealer.open_bytes(sealed, table="files", column="body", row=7) == b"\xff\x00"
    with pytest.raises(SealBroken, match="as bytes") as refused:
        sealer.open(sealed, table="files", column="body", row=7)
    assert refused.value.__suppress_context__


def test_a_column_is_sealed_and_opened_at_once(sealer: Sealer) -> None:
    """Each value for its own row, under its own nonce."""
    values, rows = [NUMBER] * 50, list(range(50))
    sealed = sealer.seal_many(values, table="trainees", column="id_number", rows=rows)
    assert len(set(sealed)) == 50
    assert len({value[3:15] for value in sealed}) == 50
    assert (
        sealer.open_many(sealed, table="trainees", column="id_number", rows=rows)
        == [
            sealer.open(one, table="trainees", column="id_number", row=row)
            for one, row in zip(sealed, rows, strict=True)
        ]
        == values
    )
    assert sealer.seal_many([], table="trainees", column="id_number", rows=[]) == []


def test_a_column_and_its_rows_have_one_length(sealer: Sealer) -> None:
    """A value without a row is a bug."""
    with pytest.raises(ValueError, match="zip"):
        sealer.seal_many([NUMBER], table="trainees", column="id_number", rows=[])
    with pytest.raises(ValueError, match="zip"):
        sealer.open_many([], table="trainees", column="id_number", rows=[ROW])


def test_equal_values_are_sealed_differently(sealer: Sealer) -> None:
    """Who sees two sealed values can't tell whether they are equal."""
    one, other = (sealer.seal(NUMBER, table="t", column="c", row=ROW) for _ in range(2))
    assert one != other


@pytest.mark.parametrize(
    ("table", "column", "row"),
    [("trainees", "id_number", OTHER), ("trainees", "phone", ROW), ("staff", "id_number", ROW)],
)
def test_a_value_moved_to_another_place_does_not_open(
    sealer: Sealer, table: str, column: str, row: UUID
) -> None:
    """Row, column and table are authenticated with it."""
    sealed = sealer.seal(NUMBER, table="trainees", column="id_number", row=ROW)
    with pytest.raises(SealBroken, match="changed or belongs"):
        sealer.open(sealed, table=table, column=column, row=row)


@pytest.mark.parametrize("table", ["a.b", "a:b", "", "a b"])
def test_no_two_places_are_written_the_same_way(sealer: Sealer, table: str) -> None:
    """Table and column are plain identifiers."""
    with pytest.raises(ValueError, match="identifiers"):
        sealer.seal(NUMBER, table=table, column="c", row=ROW)


def test_any_changed_byte_breaks_the_seal(sealer: Sealer) -> None:
    """Header, nonce, text and tag."""
    sealed = sealer.seal(NUMBER, table="t", column="c", row=ROW)
    for at in range(len(sealed)):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        with pytest.raises(SealBroken):
            sealer.open(changed, table="t", column="c", row=ROW)


@given(st.binary(max_size=80))
def test_what_was_never_sealed_does_not_open(value: bytes) -> None:
    """Whatever its length."""
    with pytest.raises(SealBroken):
        Sealer(ring(DataAlgorithm.AES_256_GCM)).open(value, table="t", column="c", row=ROW)


def test_nothing_prints_a_secret_or_a_value(tmp_path: Path) -> None:
    """Neither the sealed value nor keys, rings, sealers and errors."""
    keys = KeyRing.create(tmp_path / "keys.json")
    sealer = Sealer(keys)
    sealed = sealer.seal(NUMBER, table="t", column="c", row=ROW)
    assert repr(sealed) == str(sealed) == f"<sealed, key 1, {len(sealed)} bytes>"
    secrets = [keys.data[0].secret, keys.index[0].secret]
    for shown in (repr(keys), repr(sealer), repr(keys.data[0]), repr(keys.index[0])):
        assert not any(repr(secret)[2:-1] in shown for secret in secrets)
    with pytest.raises(SealBroken) as broken:
        sealer.open(sealed, table="t", column="c", row=OTHER)
    assert NUMBER not in repr(broken.value)


def test_an_index_finds_a_value_without_reading_it(sealer: Sealer) -> None:
    """Sixteen bytes, equal for equal values, alone or in a column."""
    index = sealer.index("id_number", NUMBER)
    assert len(index) == 16
    assert index == sealer.index("id_number", NUMBER.encode())
    assert sealer.index_many("id_number", [NUMBER, "other"]) == [
        index,
        sealer.index("id_number", "other"),
    ]
    assert sealer.index_all("id_number", NUMBER) == (index,)


def test_an_index_of_another_purpose_is_another(sealer: Sealer) -> None:
    """Nobody joins phones with accounts by their indexes."""
    assert sealer.index("id_number", NUMBER) != sealer.index("phone", NUMBER)


def test_an_index_hangs_on_its_key() -> None:
    """SM3 and SHA-256 make different ones, and so do two rings."""
    aes, sm4 = (Sealer(ring(algorithm)) for algorithm in ALGORITHMS)
    assert aes.index("id_number", NUMBER) != sm4.index("id_number", NUMBER)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_ring_is_written_once_and_read_back(tmp_path: Path, algorithm: DataAlgorithm) -> None:
    """The owner's alone, and never replaced by a new one."""
    path = tmp_path / "keys.json"
    created = KeyRing.create(path, algorithm=algorithm)
    assert path.stat().st_mode & 0o777 == 0o600
    assert KeyRing.load(path) == created
    assert [file.name for file in tmp_path.iterdir()] == ["keys.json"]
    with pytest.raises(FileExistsError):
        KeyRing.create(path, algorithm=algorithm)
    assert KeyRing.load(path) == created
    assert KeyRing.create(tmp_path / "other.json").data[0].secret != created.data[0].secret


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o644])
def test_a_ring_that_others_may_use_is_refused(tmp_path: Path, mode: int) -> None:
    """Group and world neither read nor write it."""
    path = tmp_path / "keys.json"
    KeyRing.create(path)
    path.chmod(mode)
    with pytest.raises(KeyRingExposed, match="0600"):
        KeyRing.load(path)
    path.chmod(0o400)
    KeyRing.load(path)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda ring: ring.pop("data"),
        lambda ring: ring["data"].clear(),
        lambda ring: ring["index"].clear(),
        lambda ring: ring["data"][0].update(key="AAAA"),
        lambda ring: ring["data"][0].update(key="!"),
        lambda ring: ring["data"][0].update(algorithm="rot13"),
        lambda ring: ring["data"][0].update(id="1"),
        lambda ring: ring["data"][0].update(id=0),
        lambda ring: ring["data"][0].update(id=65_536),
        lambda ring: ring["data"].append(ring["data"][0]),
        lambda ring: ring.update(data=None),
    ],
)
def test_a_spoilt_ring_is_refused(
    tmp_path: Path, spoil: Callable[[dict[str, list[dict[str, object]]]], None]
) -> None:
    """And the refusal quotes nothing of it."""
    path = tmp_path / "keys.json"
    KeyRing.create(path)
    document = json.loads(path.read_text())
    spoil(document)
    path.write_text(json.dumps(document))
    with pytest.raises(KeyRingBroken) as broken:
        KeyRing.load(path)
    assert broken.value.__suppress_context__ or broken.value.__context__ is None


def test_a_file_that_is_no_ring_is_refused(tmp_path: Path) -> None:
    """Nor is an empty one a ring without keys."""
    path = tmp_path / "keys.json"
    path.touch(mode=0o600)
    with pytest.raises(KeyRingBroken, match="not a key file"):
        KeyRing.load(path)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_a_data_key_rotates_and_every_earlier_value_still_opens(
    tmp_path: Path, algorithm: DataAlgorithm
) -> None:
    """The newest seals, all open, indexes stay; also from one algorithm to the other."""
    path = tmp_path / "keys.json"
    before = Sealer(KeyRing.create(path))
    old = before.seal(NUMBER, table="t", column="c", row=ROW)
    after = Sealer(KeyRing.rotate_data_key(path, algorithm=algorithm))
    new = after.seal(NUMBER, table="t", column="c", row=ROW)
    assert [key.algorithm for key in KeyRing.load(path).data] == ["aes-256-gcm", algorithm]
    assert after.open(old, table="t", column="c", row=ROW) == NUMBER
    assert after.open(new, table="t", column="c", row=ROW) == NUMBER
    assert after.needs_resealing(old)
    assert not after.needs_resealing(new)
    assert before.index("id_number", NUMBER) == after.index("id_number", NUMBER)


def test_a_running_process_opens_what_a_newer_key_sealed(tmp_path: Path) -> None:
    """It reads the ring again by itself; the refresh of others makes it seal anew."""
    path = tmp_path / "keys.json"
    running, idle = Sealer(KeyRing.create(path)), Sealer(KeyRing.load(path))
    new = Sealer(KeyRing.rotate_data_key(path)).seal(NUMBER, table="t", column="c", row=ROW)
    assert running.open(new, table="t", column="c", row=ROW) == NUMBER
    assert not running.needs_resealing(running.seal(NUMBER, table="t", column="c", row=ROW))
    assert idle.needs_resealing(new)
    assert not idle.refresh().needs_resealing(new)


def test_unknown_keys_make_nobody_read_the_file_all_the_time(tmp_path: Path) -> None:
    """Within a second of the last look, an unknown key is simply unknown."""
    path = tmp_path / "keys.json"
    keys = KeyRing.create(path)
    sealer = Sealer(keys)
    new = Sealer(KeyRing.rotate_data_key(path)).seal(NUMBER, table="t", column="c", row=ROW)
    keys._looked.append(time.monotonic() + 3600)
    with pytest.raises(SealBroken, match="no key 2"):
        sealer.open(new, table="t", column="c", row=ROW)


@pytest.mark.parametrize("damage", ["gone", "exposed", "spoilt"])
def test_a_ring_damaged_later_leaves_the_keys_read_before(tmp_path: Path, damage: str) -> None:
    """Known values open, unknown ones are broken."""
    path = tmp_path / "keys.json"
    sealer = Sealer(KeyRing.create(path))
    old = sealer.seal(NUMBER, table="t", column="c", row=ROW)
    unknown = old[:1] + bytes([0, 9]) + old[3:]
    if damage == "gone":
        path.unlink()
    elif damage == "exposed":
        path.chmod(0o644)
    else:
        path.write_text("{")
    with pytest.raises(SealBroken, match="no key 9"):
        sealer.open(unknown, table="t", column="c", row=ROW)
    assert sealer.open(old, table="t", column="c", row=ROW) == NUMBER


def test_an_index_key_rotates_with_both_indexes_at_hand(tmp_path: Path) -> None:
    """Searches ask for the newest and the previous; earlier ones are done with."""
    path = tmp_path / "keys.json"
    first = Sealer(KeyRing.create(path))
    second = Sealer(KeyRing.rotate_index_key(path))
    third = Sealer(KeyRing.rotate_index_key(path, algorithm="hmac-sm3"))
    old, middle, new = (one.index("id_number", NUMBER) for one in (first, second, third))
    assert len({old, middle, new}) == 3
    assert second.index_all("id_number", NUMBER) == (middle, old)
    assert third.index_all("id_number", NUMBER) == (new, middle)
    assert [one.index_key_id for one in (first, second, third)] == [1, 2, 3]


def test_a_retired_key_opens_nothing_and_its_number_is_not_given_again(tmp_path: Path) -> None:
    """Only an earlier key retires."""
    path = tmp_path / "keys.json"
    old = Sealer(KeyRing.create(path)).seal(NUMBER, table="t", column="c", row=ROW)
    with pytest.raises(ValueError, match="earlier"):
        KeyRing.retire_data_key(path, 1)
    KeyRing.rotate_data_key(path)
    sealer = Sealer(KeyRing.retire_data_key(path, 1))
    with pytest.raises(SealBroken, match="no key 1"):
        sealer.open(old, table="t", column="c", row=ROW)
    assert [key.id for key in KeyRing.rotate_data_key(path).data] == [2, 3]


def test_a_roster_is_sealed_and_indexed_at_once() -> None:
    """Ten thousand rows in a fraction of a second, on a loaded machine too."""
    sealer = Sealer(ring(DataAlgorithm.AES_256_GCM))
    numbers, rows = [NUMBER] * 10_000, list(range(10_000))
    begun = time.process_time()
    sealer.seal_many(numbers, table="trainees", column="id_number", rows=rows)
    sealer.index_many("id_number", numbers)
    assert time.process_time() - begun < 0.5
