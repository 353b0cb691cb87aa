"""A bundle of evidence: the same every time, and nothing in it can be touched without being named."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.notices.evidence.chain import GENESIS, Record, canonical, chain, joined, sha256, split
from chalicelib.notices.evidence.check import Report, verify
from chalicelib.notices.evidence.container import MAX_BYTES, MAX_MEMBERS, NotABundle, pack, unpack
from chalicelib.notices.evidence.seal import ENTRIES, HOW, KEY, MANIFEST, SIGNATURE, SUMMARY, seal, signature
from infra.ops.signing import verifies
from tests.samples import NOON, case

MADE_AT = datetime(2027, 1, 4, 9, 30, tzinfo=UTC)
Members = dict[str, bytes]


class LocalKey:
    """A P-256 key in memory, in place of one in KMS."""

    def __init__(self, key_id: str = "local", curve: ec.EllipticCurve | None = None) -> None:
        self.key_id = key_id
        self._key = ec.generate_private_key(curve or ec.SECP256R1())

    def public_key(self) -> bytes:
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self._key.public_key().public_bytes(serialization.Encoding.DER, form)

    def sign(self, digest: bytes) -> bytes:
        return self._key.sign(digest, ec.ECDSA(utils.Prehashed(SHA256())))


OURS, OTHERS = LocalKey(), LocalKey()
PINNED = OURS.public_key()
RECORDS = (
    Record("CASE", "the case", {"name": "张伟", "amount": 1_234_567}),
    Record("PROFILE", "CN@1", path="files/profile/CN@1.json", body=b'{"version":"CN@1"}'),
    Record("OPENED", "", {"event": "e-1"}, NOON),
    Record("SENT", "first_notice SMS", {"rule": "CN.contact_window", "digest": "d" * 64}, NOON),
    Record("FEEDBACK", "a1", {"text": 'he said ","file":"x" }'}, NOON),
    Record("NOTICE", "first_notice SMS", {}, NOON, "files/notices/a.json", b'{"text":"one"}'),
    Record("NOTICE", "reminder_1 SMS", {}, NOON, "files/notices/b.json", b'{"text":"two"}'),
    Record("CLOSED", "", {"outcome": "SETTLED_OUTSIDE"}, NOON),
)
FILES = {record.path: index for index, record in enumerate(RECORDS) if record.path}
LAST = len(RECORDS) - 1


def made(signer: LocalKey = OURS, records: tuple[Record, ...] = RECORDS) -> Members:
    return seal(case(), records, b"%PDF-1.4 summary", MADE_AT, signer)


MEMBERS = made()
LINES = split(MEMBERS[ENTRIES])


def checked(members: Mapping[str, bytes], pinned: bytes | None = PINNED) -> Report:
    return verify(pack(members), verifies, pinned)


def altered(report: Report) -> int | None:
    """The index of the first altered entry, by a report that must not be good."""
    assert not report.ok
    return report.first_altered.index if report.first_altered else None


def parts(report: Report) -> set[str]:
    return {fault.part for fault in report.faults}


def with_lines(lines: list[bytes]) -> Members:
    return MEMBERS | {ENTRIES: joined(lines)}


def resealed(change: Callable[[dict[str, Any]], None], members: Members = MEMBERS) -> Members:
    """Let the key's owner himself sign a manifest that is wrong."""
    manifest = json.loads(members[MANIFEST])
    change(manifest)
    body = canonical(manifest)
    return members | {MANIFEST: body, SIGNATURE: signature(OURS, body)}


def rechained(entries: list[dict[str, Any]]) -> list[bytes]:
    """Make numbers and links of doctored entries fit again."""
    lines: list[bytes] = []
    for index, entry in enumerate(entries):
        previous = sha256(lines[-1]) if lines else GENESIS
        lines.append(canonical(entry | {"index": index, "previous": previous}))
    return lines


# --- what is made -------------------------------------------------------------------------------------


def test_a_bundle_verifies_and_names_what_it_holds() -> None:
    report = checked(MEMBERS)
    assert (report.ok, report.pinned, report.faults) == (True, True, ())
    manifest = report.manifest
    assert manifest["case_id"] == str(case().id)
    assert manifest["counts"]["entries"] == len(RECORDS)
    assert manifest["counts"]["files"] == 3
    assert manifest["head"] == sha256(LINES[-1])
    assert [entry["kind"] for entry in manifest["contents"]] == [record.kind for record in RECORDS]


def test_each_line_is_canonical_and_holds_the_hash_of_the_line_before() -> None:
    previous = GENESIS
    for index, line in enumerate(LINES):
        entry = json.loads(line)
        assert canonical(entry) == line
        assert (entry["index"], entry["previous"]) == (index, previous)
        previous = sha256(line)


def test_the_same_state_gives_the_same_bytes_but_for_the_signature() -> None:
    again = made()
    assert {n: b for n, b in again.items() if n != SIGNATURE} == {
        n: b for n, b in MEMBERS.items() if n != SIGNATURE
    }
    assert pack(MEMBERS) == pack(dict(reversed(MEMBERS.items())))


def test_the_bytes_of_the_container_never_change() -> None:
    """Bundles outlive versions of Python and of us."""
    kept = "25708c5a828f03d4bf47a1f8e22a2a0d4d2820053cb0bcae3b37d4977683a732"
    assert sha256(pack({"b.txt": b"two", "a/one.json": b"{}"})) == kept


def test_any_zip_tool_opens_it() -> None:
    with zipfile.ZipFile(io.BytesIO(pack(MEMBERS))) as opened:
        assert opened.testzip() is None
        assert {name: opened.read(name) for name in opened.namelist()} == MEMBERS


def test_two_files_of_one_name_are_refused() -> None:
    twice = (*RECORDS, Record("NOTICE", "another", path="files/notices/a.json", body=b"other"))
    with pytest.raises(ValueError, match=r"files/notices/a\.json"):
        made(records=twice)


# --- whose word it is ---------------------------------------------------------------------------------


def test_without_a_key_integrity_is_shown_and_origin_is_not() -> None:
    assert checked(MEMBERS, pinned=None).ok
    assert not checked(MEMBERS, pinned=None).pinned
    assert checked(made(OTHERS), pinned=None).ok


def test_a_bundle_signed_again_by_another_is_refused_under_our_key() -> None:
    report = checked(made(OTHERS))
    assert altered(report) is None
    assert parts(report) == {KEY, MANIFEST}


def test_another_key_under_our_signature_is_refused() -> None:
    assert parts(checked(MEMBERS | {KEY: made(OTHERS)[KEY]})) == {KEY}
    assert MANIFEST in parts(checked(MEMBERS | {KEY: made(OTHERS)[KEY]}, pinned=None))
    swapped = MEMBERS | {name: made(OTHERS)[name] for name in (KEY, SIGNATURE)}
    assert {KEY, MANIFEST} <= parts(checked(swapped, pinned=None))


def test_only_p_256_signs_evidence() -> None:
    weak = LocalKey(curve=ec.SECP192R1())
    assert parts(checked(made(weak), pinned=None)) == {MANIFEST}


@pytest.mark.parametrize(
    ("key", "signed"),
    [(b"junk", b""), (PINNED, b"junk"), (PINNED, b"")],
    ids=["no key", "no signature", "nothing"],
)
def test_junk_is_no_signature(key: bytes, signed: bytes) -> None:
    assert not verifies(key, signed, bytes(32))


@pytest.mark.parametrize("name", ["algorithm", "key_id", "more"])
def test_a_signature_says_the_key_and_algorithm_of_its_manifest(name: str) -> None:
    said = json.loads(MEMBERS[SIGNATURE]) | {name: "another"}
    assert parts(checked(MEMBERS | {SIGNATURE: canonical(said)})) == {SIGNATURE}


# --- what is tampered with ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(MEMBERS))
@pytest.mark.parametrize("bit", [1, 4, 128])
def test_any_altered_byte_of_a_member_is_found(name: str, bit: int) -> None:
    for place in range(len(MEMBERS[name])):
        _alter(name, place, bit)


@settings(max_examples=400)
@given(st.sampled_from(sorted(MEMBERS)), st.integers(0, 9_999), st.integers(1, 255))
def test_however_a_byte_is_altered_it_is_found(name: str, place: int, bits: int) -> None:
    _alter(name, place % len(MEMBERS[name]), bits)


def _alter(name: str, place: int, bits: int) -> None:
    body = bytearray(MEMBERS[name])
    body[place] ^= bits
    report = checked(MEMBERS | {name: bytes(body)})
    if name == ENTRIES:
        assert altered(report) == MEMBERS[ENTRIES][:place].count(b"\n")
    elif name in FILES:
        assert altered(report) == FILES[name]
        assert report.first_altered
        assert report.first_altered.what == RECORDS[FILES[name]].what
    else:
        assert altered(report) is None
        assert parts(report) & {name, MANIFEST}
    if name == MANIFEST:  # it must not accuse what it can no longer vouch for
        assert parts(report) <= {MANIFEST, SIGNATURE, KEY}


@settings(max_examples=400)
@given(data=st.data())
def test_any_altered_byte_of_the_file_is_found(data: st.DataObject) -> None:
    """Headers and checksums too: other tools must not read another truth out of the same file."""
    body = bytearray(pack(MEMBERS))
    body[data.draw(st.integers(0, len(body) - 1))] ^= data.draw(st.integers(1, 255))
    assert _refused(bytes(body))


@given(st.integers(0, len(pack(MEMBERS)) - 1))
def test_a_truncated_file_is_refused(length: int) -> None:
    assert _refused(pack(MEMBERS)[:length])


@pytest.mark.parametrize("longer", [pack(MEMBERS) + b"\0", pack(MEMBERS) * 2])
def test_a_longer_file_is_refused(longer: bytes) -> None:
    assert _refused(longer)


def _refused(data: bytes) -> bool:
    try:
        return not verify(data, verifies, PINNED).ok
    except NotABundle:
        return True


@given(st.integers(0, LAST))
def test_a_dropped_entry_is_named(index: int) -> None:
    report = checked(with_lines(LINES[:index] + LINES[index + 1 :]))
    assert altered(report) == index
    assert report.first_altered
    assert (report.first_altered.kind, report.first_altered.what) == (
        RECORDS[index].kind,
        RECORDS[index].what,
    )
    assert "lacks it" in report.first_altered.says


@given(st.lists(st.integers(0, LAST), min_size=2, max_size=2, unique=True))
def test_exchanged_entries_are_named(pair: list[int]) -> None:
    lines = list(LINES)
    lines[pair[0]], lines[pair[1]] = lines[pair[1]], lines[pair[0]]
    assert altered(checked(with_lines(lines))) == min(pair)


@given(st.permutations(range(len(LINES))))
def test_reordered_entries_are_named(order: list[int]) -> None:
    moved = [place for place, index in enumerate(order) if place != index]
    report = checked(with_lines([LINES[index] for index in order]))
    assert report.ok is not bool(moved)
    if moved:
        assert altered(report) == moved[0]


@given(st.integers(0, LAST + 1), st.sampled_from([*LINES, b'{"kind":"FORGED"}', b"", b"[]", b"\xff"]))
def test_an_inserted_entry_is_named(index: int, line: bytes) -> None:
    report = checked(with_lines([*LINES[:index], line, *LINES[index:]]))
    # A copy beside its original is told apart only by its place: the second of the two is one too many.
    expected = index + 1 if index <= LAST and line == LINES[index] else index
    assert altered(report) == expected


@given(st.lists(st.integers(0, LAST), min_size=1, unique=True), st.booleans())
def test_the_first_of_several_altered_entries_is_named_even_when_every_link_fits(
    places: list[int], fit: bool
) -> None:
    entries = [json.loads(line) for line in LINES]
    for place in places:
        entries[place]["detail"] = {"forged": True}
    lines = rechained(entries) if fit else [canonical(entry) for entry in entries]
    report = checked(with_lines(lines))
    assert altered(report) == min(places)
    assert report.first_altered
    assert report.first_altered.kind == RECORDS[min(places)].kind


@given(st.lists(st.sampled_from(sorted(FILES)), min_size=1, unique=True))
def test_the_first_of_several_missing_files_is_named(names: list[str]) -> None:
    report = checked({name: body for name, body in MEMBERS.items() if name not in names})
    assert altered(report) == min(FILES[name] for name in names)


@given(st.permutations(sorted(FILES)))
def test_files_that_change_places_are_named(order: list[str]) -> None:
    swapped = {name: MEMBERS[other] for name, other in zip(sorted(FILES), order, strict=True)}
    moved = [FILES[name] for name, body in swapped.items() if MEMBERS[name] != body]
    report = checked(MEMBERS | swapped)
    assert report.ok is not bool(moved)
    if moved:
        assert altered(report) == min(moved)


def test_an_altered_entry_and_its_altered_file_are_one_story() -> None:
    entries = [json.loads(line) for line in LINES]
    forged = b'{"text":"forged"}'
    entries[5]["sha256"] = sha256(forged)
    tampered = with_lines(rechained(entries)) | {"files/notices/a.json": forged}
    assert altered(checked(tampered)) == 5


def test_a_forger_without_the_key_cannot_make_all_fit() -> None:
    forged = made(OTHERS, (*RECORDS[:3], Record("SENT", "forged"), *RECORDS[4:]))
    report = checked(forged | {KEY: MEMBERS[KEY], SIGNATURE: MEMBERS[SIGNATURE]})
    assert MANIFEST in parts(report)
    # Nothing that can be believed says which entry it was.
    assert altered(report) is None


@pytest.mark.parametrize("name", [KEY, MANIFEST, SIGNATURE, SUMMARY, HOW])
def test_a_missing_member_is_named(name: str) -> None:
    assert name in parts(checked({each: body for each, body in MEMBERS.items() if each != name}))


def test_missing_entries_are_named() -> None:
    assert altered(checked({name: body for name, body in MEMBERS.items() if name != ENTRIES})) == 0


def test_without_a_manifest_the_links_still_tell() -> None:
    lines = [*LINES[:3], LINES[3].replace(b"SENT", b"LOST"), *LINES[4:]]
    report = checked({name: body for name, body in with_lines(lines).items() if name != MANIFEST})
    assert altered(report) == 4
    assert report.first_altered
    assert "this entry or the one before" in report.first_altered.says


@pytest.mark.parametrize("name", ["files/notices/c.json", "README.txt"])
def test_an_added_member_is_named(name: str) -> None:
    assert parts(checked(MEMBERS | {name: b"x"})) == {name}


# --- what even the key's owner cannot get past --------------------------------------------------------


def test_a_signed_break_in_the_chain_is_found() -> None:
    entries = [json.loads(line) for line in LINES]
    entries[4]["previous"] = "0" * 64
    lines = [canonical(entry) for entry in entries]

    def retell(manifest: dict[str, Any]) -> None:
        for told, line in zip(manifest["contents"], lines, strict=True):
            told["sha256"] = sha256(line)
        manifest["members"][ENTRIES] = sha256(joined(lines))
        manifest["head"] = sha256(lines[-1])

    assert altered(checked(resealed(retell, with_lines(lines)))) == 4


def test_a_signed_wrong_number_is_found() -> None:
    chained = chain(RECORDS)
    renumbered = [canonical(json.loads(line) | {"index": 9}) for line in chained[-1:]]
    lines = [*chained[:-1], *renumbered]

    def retell(manifest: dict[str, Any]) -> None:
        manifest["contents"][-1]["sha256"] = manifest["head"] = sha256(lines[-1])
        manifest["members"][ENTRIES] = sha256(joined(lines))

    assert altered(checked(resealed(retell, with_lines(lines)))) == LAST


WRONG: dict[str, Callable[[dict[str, Any]], None]] = {
    "another head": lambda manifest: manifest.update(head="0" * 64),
    "more entries": lambda manifest: manifest["counts"].update(entries=99),
    "more files": lambda manifest: manifest["counts"].update(files=99),
    "another schema": lambda manifest: manifest.update(schema="accord-evidence/9"),
    "no contents": lambda manifest: manifest.pop("contents"),
    "contents of numbers": lambda manifest: manifest.update(contents=[1, 2]),
    "a key without a name": lambda manifest: manifest.update(key_id=7),
    "no algorithm": lambda manifest: manifest.pop("algorithm"),
    "another algorithm": lambda manifest: manifest.update(algorithm="none"),
    "another summary": lambda manifest: manifest["members"].update({SUMMARY: "0" * 64}),
    "other instructions": lambda manifest: manifest["members"].pop(HOW),
    "other entries": lambda manifest: manifest["members"].update({ENTRIES: "0" * 64}),
}


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG.keys())
def test_a_signed_manifest_that_is_wrong_is_refused(change: Callable[[dict[str, Any]], None]) -> None:
    assert altered(checked(resealed(change))) is None


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"NaN", b"[" * 100_000),
        *(b'{"a":NaN,"schema":"accord-evidence/1"}', b'{"a":"\\ud800","schema":"accord-evidence/1"}'),
        *(b'{"key_id":"\\ud800","signature":"AAAA"}', b'{"key_id":"x","signature":7}'),
    ],
)
def test_hostile_json_is_refused_without_a_crash(body: bytes) -> None:
    for name in (MANIFEST, SIGNATURE, ENTRIES):
        assert not checked(MEMBERS | {name: body}).ok


def test_a_manifest_in_another_form_is_refused() -> None:
    body = json.dumps(json.loads(MEMBERS[MANIFEST]), indent=2).encode()
    assert MANIFEST in parts(checked(MEMBERS | {MANIFEST: body, SIGNATURE: signature(OURS, body)}))


# --- what is never opened -----------------------------------------------------------------------------


def _zipped(members: Members, method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as made_zip:
        for name, body in members.items():
            made_zip.writestr(name, body)
    return out.getvalue()


def _doubled() -> bytes:
    one = pack({"a": b"1"})
    return one[: one.index(b"PK\x01\x02")] + one


def _many() -> bytes:
    return _zipped({f"f{number}": b"" for number in range(MAX_MEMBERS + 1)})


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: b"", "no zip file"),
        (lambda: b"x" + pack(MEMBERS), "no zip file"),
        (lambda: pack(MEMBERS)[:9], "ends too early"),
        (lambda: pack({"a": b"12345"})[:33], "ends too early"),
        (lambda: pack({"a": b"1"}).replace(b"\x14\0\0\0\0\0", b"\x14\0\0\0\x08\0", 1), "compressed"),
        (lambda: _zipped({"bomb": b"0" * 1_000_000}, zipfile.ZIP_DEFLATED), "compressed or encrypted"),
        (lambda: _zipped({"../evil": b"x"}), "no plain relative path"),
        (lambda: _zipped({"/etc/passwd": b"x"}), "no plain relative path"),
        (lambda: _zipped({"a/./b": b"x"}), "no plain relative path"),
        (lambda: _zipped({"a\\b": b"x"}), "no plain relative path"),
        (lambda: _zipped({"a" * 201: b"x"}), "no plain relative path"),
        (_doubled, "twice"),
        (_many, "more than"),
        (lambda: pack(MEMBERS) + bytes(MAX_BYTES), "larger"),
    ],
)
def test_a_file_that_is_no_bundle_is_not_opened(make: Callable[[], bytes], said: str) -> None:
    with pytest.raises(NotABundle, match=said):
        unpack(make())


@given(st.binary(max_size=200))
def test_bytes_from_anywhere_are_refused(data: bytes) -> None:
    assert _refused(b"PK\x03\x04" + data)


@pytest.mark.parametrize(
    ("name", "size", "times"), [("../a", 0, 1), ("f", 0, MAX_MEMBERS + 1), ("f", MAX_BYTES, 1)]
)
def test_nothing_is_written_that_could_not_be_read(name: str, size: int, times: int) -> None:
    with pytest.raises(NotABundle):
        pack({f"{name}{number}": bytes(size) for number in range(times)})
