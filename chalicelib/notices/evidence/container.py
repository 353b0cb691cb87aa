"""A zip file in its plainest form, the same bytes for the same members, and read without trusting it (pure).

Members are stored, not compressed, sorted by name and dated 1980-01-01; every zip tool opens it. It has a
writer and a reader of its own because two tools that disagree about a doctored zip must not show two truths,
and because a library's next version must not change the bytes.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping

MAX_BYTES = 64 * 1024 * 1024
MAX_MEMBERS = 10_000
_MAX_NAME = 200
_NAME = re.compile(r"(?:[A-Za-z0-9_@-][A-Za-z0-9_@.-]*/)*[A-Za-z0-9_@-][A-Za-z0-9_@.-]*")

# signature, version, flags, method, time, date, crc, packed size, size, name length, extra length
_LOCAL = struct.Struct("<4s5H3I2H")
# signature, made by, version … as above, then comment length, disk, internal and external attributes, offset
_CENTRAL = struct.Struct("<4s6H3I5H2I")
# signature, disk, central directory's disk, entries here, entries, its size, its offset, comment length
_END = struct.Struct("<4s4H2IH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06"
_VERSION, _STORED, _DAY_ONE = 20, 0, 0x21
_MADE_ON_UNIX, _PLAIN_FILE = 3 << 8 | 20, 0o100644 << 16


class NotABundle(Exception):
    """The file is no bundle, or one no reader should open; the message says why and what to do."""


def pack(members: Mapping[str, bytes]) -> bytes:
    """Return the zip of some members; raises NotABundle when it would break the limits of `unpack`."""
    local, central = [], []
    offset = 0
    for name, body in sorted(members.items()):
        _require_name(name)
        common = (_VERSION, 0, _STORED, 0, _DAY_ONE, zlib.crc32(body), len(body), len(body), len(name), 0)
        local.append(_LOCAL.pack(_LOCAL_MARK, *common) + name.encode() + body)
        entry = _CENTRAL.pack(_CENTRAL_MARK, _MADE_ON_UNIX, *common, 0, 0, 0, _PLAIN_FILE, offset)
        central.append(entry + name.encode())
        offset += len(local[-1])
    directory = b"".join(central)
    end = _END.pack(_END_MARK, 0, 0, len(members), len(members), len(directory), offset, 0)
    data = b"".join((*local, directory, end))
    if len(data) > MAX_BYTES or len(members) > MAX_MEMBERS:
        raise NotABundle(f"a bundle has at most {MAX_BYTES} bytes and {MAX_MEMBERS} members")
    return data


def unpack(data: bytes) -> dict[str, bytes]:
    """Return the members of a bundle by name; raises NotABundle.

    Refused: too large a file, too many members, compressed, encrypted or repeated ones, names that are no
    plain relative path. Nothing grows when it is read. Checksums are not looked at: the caller compares
    `pack` of the members with the file, which finds any byte that differs and still tells which member it is.
    """
    if len(data) > MAX_BYTES:
        raise NotABundle(f"the file is larger than any bundle ({MAX_BYTES} bytes)")
    members: dict[str, bytes] = {}
    offset = 0
    while data[offset : offset + 4] == _LOCAL_MARK:
        name, body, offset = _member(data, offset)
        if name in members:
            raise NotABundle(f"it holds {name} twice")
        members[name] = body
        if len(members) > MAX_MEMBERS:
            raise NotABundle(f"it holds more than {MAX_MEMBERS} members")
    if not members:
        raise NotABundle("it is no zip file as `evidence build` writes it; ask for the original file")
    return members


def _member(data: bytes, offset: int) -> tuple[str, bytes, int]:
    """Return name and body of the member at `offset`, and where the next one starts."""
    start = offset + _LOCAL.size
    if start > len(data):
        raise NotABundle("the file ends too early; ask for the whole file")
    _, _, flags, method, _, _, _, packed, size, named, extra = _LOCAL.unpack_from(data, offset)
    if flags or method != _STORED or packed != size or extra:
        raise NotABundle(
            "a member is compressed or encrypted, a bundle's never are; ask for the original file"
        )
    end = start + named + size
    if end > len(data):
        raise NotABundle("the file ends too early; ask for the whole file")
    name = data[start : start + named].decode("ascii", "backslashreplace")
    _require_name(name)
    return name, data[start + named : end], end


def _require_name(name: str) -> None:
    if len(name) > _MAX_NAME or not _NAME.fullmatch(name):
        raise NotABundle(f"a member's name is no plain relative path: {name[:60]!r}")
