"""Announcing talks: the file is checked, the talk is listed, and called off once."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from chalicelib.store import talks
from infra.ops.__main__ import app
from infra.ops.talk import TalkFault, read

EXAMPLE = Path(__file__).parents[2] / "docs" / "talk.json"
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def _run(*words: str) -> dict[str, Any]:
    told = CliRunner().invoke(app, ["talk", *words, "--json"])
    return dict(json.loads(told.stdout))


def test_a_talk_is_announced_listed_and_called_off(table: str, tmp_path: Path) -> None:
    from chalicelib.store.visitor_rows import TalkRow

    file = tmp_path / "talk.json"
    far = json.loads(EXAMPLE.read_text(encoding="utf-8")) | {"starts_at": "2099-12-12T15:00"}
    file.write_text(json.dumps(far), encoding="utf-8")
    talk = read(file, "abc", NOW)
    talks.put(talk)
    assert talks.get("abc") == talk
    assert talk.starts_at == datetime(2099, 12, 12, 7, 0, tzinfo=UTC)
    first, again = talks.cancel("abc"), talks.cancel("abc")
    assert (first.cancelled, first.sequence, again.sequence) == (True, 1, 1)
    assert [each.id for each in talks.every()] == ["abc"]
    assert TalkRow.Meta.table_name == table


def test_the_commands_say_what_they_did_and_what_is_wrong(
    table: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.ops.talk.Stage", lambda *_: None)  # the table is bound already
    file = tmp_path / "talk.json"
    far = json.loads(EXAMPLE.read_text(encoding="utf-8")) | {"starts_at": "2099-12-12T15:00"}
    file.write_text(json.dumps(far), encoding="utf-8")
    added = _run("add", str(file))
    assert added["ok"]
    assert [each["id"] for each in _run("list")["talks"]] == [added["id"]]
    assert _run("cancel", added["id"])["cancelled"]
    assert not _run("cancel", "nothing")["ok"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": {"en": "x"}}, "title must have a text for each"),
        ({"seats": 0}, "seats must be a whole number above 0"),
        ({"language": "fr"}, "language must be one of"),
        ({"starts_at": "2026-11-01T10:00"}, "lies behind"),
        ({"starts_at": "soon"}, "starts_at must read"),
        ({"starts_at": "2026-12-12T15:00+08:00"}, "without an offset"),
        ({"zone": "Mars/North"}, "zone name a time zone"),
        ({"link": "javascript:x"}, "link: a link must be"),
        ({"price": 3}, "price is unknown"),
    ],
)
def test_a_wrong_file_is_told_what_to_change(tmp_path: Path, change: dict[str, object], said: str) -> None:
    file = tmp_path / "talk.json"
    given = json.loads(EXAMPLE.read_text(encoding="utf-8")) | change
    file.write_text(json.dumps(given), encoding="utf-8")
    with pytest.raises(TalkFault, match=said):
        read(file, "abc", NOW)
