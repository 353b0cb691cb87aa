"""What fails is seen: an alarm for each thing that can, a page for each alarm, and metrics that exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from infra.resources.functions import FUNCTIONS
from infra.resources.functions import queues as consumed
from infra.resources.machines import MACHINES
from tests.packaging.built import properties, resources
from tests.packaging.metrics import ROOT, known, shipped

RUNBOOKS = ROOT / "docs" / "runbooks"
PAGES = sorted(path for path in RUNBOOKS.glob("*.md") if path.name != "README.md")


def alarms() -> dict[str, dict[str, Any]]:
    return properties("AWS::CloudWatch::Alarm")


def watched(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics an alarm looks at: its one, or those its expression is made of."""
    return [each["MetricStat"]["Metric"] for each in alarm.get("Metrics", ()) if "MetricStat" in each] or [
        alarm
    ]


def alarmed() -> set[tuple[str, str]]:
    """(metric, what it is about) of every alarm."""
    found = set()
    for alarm in alarms().values():
        for metric in watched(alarm):
            for dimension in metric["Dimensions"]:
                value = dimension["Value"]
                about = (
                    value.get("Ref") or value.get("Fn::GetAtt", [""])[0] if isinstance(value, dict) else value
                )
                found.add((metric["MetricName"], about))
    return found


def test_every_queue_function_machine_topic_and_rule_is_alarmed() -> None:
    queues, topics = properties("AWS::SQS::Queue"), properties("AWS::SNS::Topic")
    rules = {name for name, rule in properties("AWS::Events::Rule").items() if "EventPattern" in rule}
    wanted = {("ApproximateNumberOfMessagesVisible", name) for name in queues if name.endswith("Dlq")}
    wanted |= {("ApproximateAgeOfOldestMessage", name) for name in queues if not name.endswith("Dlq")}
    wanted |= {(metric, name) for name in FUNCTIONS for metric in ("Errors", "Throttles")}
    broken = ("ExecutionsFailed", "ExecutionsTimedOut", "ExecutionsAborted", "ExecutionThrottled")
    wanted |= {(metric, machine) for machine in MACHINES for metric in broken}
    wanted |= {("NumberOfNotificationsFailed", name) for name in topics}
    ours = {"FeedBus" if "EventBusName" in properties("AWS::Events::Rule")[name] else name for name in rules}
    wanted |= {("FailedInvocations", name) for name in ours}
    assert wanted <= alarmed()
    assert set(consumed()) == {name for name in queues if not name.endswith("Dlq")}
    assert set(MACHINES) == set(properties("AWS::StepFunctions::StateMachine"))


def test_only_shares_can_be_left_out() -> None:
    """An engine without metric math misses no alarm that it could have."""
    entries = resources("AWS::CloudWatch::Alarm")
    left_out = {name for name, entry in entries.items() if entry.get("Condition") == "AlarmsShares"}
    assert left_out == {name for name, entry in entries.items() if "Metrics" in entry["Properties"]}
    assert not any("Condition" in entry for name, entry in entries.items() if name not in left_out)


def test_every_alarm_tells_the_operators() -> None:
    for name, alarm in alarms().items():
        assert alarm["AlarmActions"] == [{"Ref": "OpsTopic"}], name
        assert alarm["TreatMissingData"] in ("notBreaching", "breaching"), name


def page_of(alarm: dict[str, Any]) -> str:
    return str(alarm["AlarmDescription"]["Fn::Sub"].rpartition(" ")[2])


def test_every_alarm_ends_with_a_page_that_exists() -> None:
    pages = {name: page_of(alarm) for name, alarm in alarms().items()}
    assert [
        name for name, page in pages.items() if not re.fullmatch(r"docs/runbooks/[a-z-]+\.md", page)
    ] == []
    assert [page for page in set(pages.values()) if not (ROOT / page).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_a_page_names_the_alarms_that_name_it(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    line = re.search(r"^Alarms: (.*?)\.\n\n", text, re.MULTILINE | re.DOTALL)
    assert line
    named = set(re.findall(r"`(\w+)`", line[1]))
    assert named == {name for name, alarm in alarms().items() if page_of(alarm).endswith(f"/{page.name}")}
    assert named
    for heading in ("Check", "Cure"):
        assert f"\n## {heading}\n" in text


def test_the_index_leads_to_every_page() -> None:
    text = (RUNBOOKS / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| \[[\w-]+\]\((\S+)\)", text, re.MULTILINE)) == {page.name for page in PAGES}


def test_a_page_looks_into_logs_that_exist() -> None:
    groups = {each["LogGroupName"]["Fn::Sub"] for each in properties("AWS::Logs::LogGroup").values()}
    for page in PAGES:
        for group in re.findall(r"/accord/\$STAGE/(\w+)", page.read_text(encoding="utf-8")):
            assert f"/accord/${{Stage}}/{group}" in groups, f"{page.name}: {group}"


def test_a_page_looks_for_lines_that_are_written() -> None:
    sources = [path.read_text(encoding="utf-8") for path in shipped()]
    said = {text for source in sources for text in re.findall(r'(?:problem|event|log)\(\s*"([^"]+)"', source)}
    for page in PAGES:
        for line in re.findall(r'\$\.message = "([^"]+)"', page.read_text(encoding="utf-8")):
            assert line in said, f"{page.name}: {line}"


def test_alarms_look_at_metrics_that_exist() -> None:
    for name, alarm in alarms().items():
        for metric in watched(alarm):
            assert metric["MetricName"] in known(metric["Namespace"]), name


@pytest.mark.parametrize(
    ("part", "rest", "rings"), [(9, 0, False), (10, 90, True), (10, 91, False), (50, 0, True)]
)
def test_a_share_rings_from_its_least_count_on(part: int, rest: int, rings: bool) -> None:
    """The expression, read as CloudWatch reads it."""
    alarm = alarms()["NoticeFailedAlarm"]
    (share,) = (each for each in alarm["Metrics"] if each["ReturnData"])
    names = {"part": part, "rest": rest, "FILL": lambda given, _: given, "IF": lambda c, a, b: a if c else b}
    value = eval(share["Expression"], {"__builtins__": {}}, names)  # noqa: S307
    assert (value >= alarm["Threshold"]) is rings


def test_our_dimensions_are_those_the_metrics_are_counted_under() -> None:
    """Powertools counts under its service's name; under another dimension an alarm sees nothing."""
    from infra.resources.alarm_shapes import OWN_DIMENSIONS
    from infra.resources.parameters import environment

    assert {"service": environment()["POWERTOOLS_SERVICE_NAME"]} == OWN_DIMENSIONS
    assert environment()["POWERTOOLS_METRICS_NAMESPACE"] == "Accord"
