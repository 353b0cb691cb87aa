"""The operators' look through every notice, without AWS."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner

from chalicelib.notices.variables import Variables
from infra.ops import notice, notice_versions
from infra.ops.__main__ import app
from infra.ops.notice import chosen
from infra.ops.notice_samples import sample
from tests.notices.reading import EVERY, Seen

RUN = CliRunner()


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A preview reads files and nothing else."""

    def refused(*_: object) -> None:
        raise AssertionError("a preview opened a connection")

    monkeypatch.setattr(socket.socket, "connect", refused)


def test_every_notice_is_written_to_look_through(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["notice", "preview", "--out", str(tmp_path / "out")])
    assert result.exit_code == 0, result.output
    assert f"{len(EVERY)} notices" in result.output
    index = (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    seen = Seen.of(index)
    assert seen.open == []
    for link in seen.links:
        assert link
        assert link.startswith("#") or (tmp_path / "out" / link).is_file()
    texts = sorted(path.name for path in (tmp_path / "out").glob("*.txt"))
    assert len(texts) == len(EVERY)
    assert "us-first_notice-LETTER-en.txt" in texts
    assert len(list((tmp_path / "out").glob("*-EMAIL-*.html"))) == 4 * 23 * 2 + 2


def test_what_is_printed_says_how_long_and_which_version() -> None:
    asked = ["notice", "preview", "--profile", "gb", "--template", "first_notice", "--language", "en"]
    result = RUN.invoke(app, [*asked, "--channel", "sms", "--channel", "LETTER"], env={"COLUMNS": "120"})
    assert result.exit_code == 0
    assert "Fairlea Finance: Your loan ending 3098" in result.output
    assert "2 segments, 258 GSM-7 units" in result.output
    assert "version 1" in result.output
    assert "GB first_notice · LETTER · en" in result.output
    assert "EMAIL" not in result.output


def test_a_notice_that_lacks_something_is_named_and_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def bare(profile: str, language: str, *, channel: str) -> Variables:
        from dataclasses import replace

        return replace(sample(profile, language, channel=channel), callback_number="", complaint=None)

    monkeypatch.setattr(notice, "sample", bare)
    result = RUN.invoke(app, ["notice", "preview", "--profile", "CN", "--channel", "VOICE"])
    assert result.exit_code == 1
    assert "lacks callback_number" in result.output
    asked = [
        "notice",
        "preview",
        "--template",
        "complaint_decision",
        "--channel",
        "IN_APP",
        "--out",
        str(tmp_path),
    ]
    assert RUN.invoke(app, asked).exit_code == 1
    assert "lacks complaint_reference, complaint_received_on" in (tmp_path / "index.html").read_text()


@pytest.mark.parametrize("choice", [["--profile", "FR"], ["--channel", "FAX"], ["--template", "fourth"]])
def test_an_unknown_choice_is_told_what_there_is(choice: list[str]) -> None:
    result = RUN.invoke(app, ["notice", "preview", *choice], env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert choice[1].casefold() in result.output.casefold()
    assert "none of" in result.output


def test_no_choice_is_every_notice() -> None:
    assert tuple(chosen((), (), (), ())) == EVERY


def test_recording_gives_changed_words_the_next_version_and_keeps_the_rest(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    records = {profile: notice_versions.on_record(profile) for profile in ("CN", "US", "GB", "EU")}
    key, new = "first_notice/SMS/en", "reminder_1/SMS/en"
    records["CN"][key]["sha256"] = "other words"
    del records["CN"][new]
    for profile, record in records.items():
        (tmp_path / profile.lower()).mkdir()
        (tmp_path / profile.lower() / "versions.json").write_text(json.dumps(record), encoding="utf-8")
    monkeypatch.setattr(notice_versions, "RECORDS", tmp_path)
    result = RUN.invoke(app, ["notice", "versions"])
    assert result.exit_code == 0, result.output
    assert "CN: 2 of 212 templates changed" in result.output
    assert "US: 0 of 212 templates changed" in result.output
    now = notice_versions.on_record("CN")
    assert now[key]["version"] == records["CN"][key]["version"] + 1
    assert now[new]["version"] == 1
    assert now[new]["segments"] == 4, "a new SMS starts with what it costs now"
    assert list(now) == list(json.loads((tmp_path / "us" / "versions.json").read_text(encoding="utf-8")))
