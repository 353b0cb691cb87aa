"""Every machine file is sound by itself: engines accept silently what AWS shows only at run time."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from statelint.linter import Linter

from chalicelib.domain.codes import Signal

MACHINES = sorted((Path(__file__).parents[2] / "infra" / "machines").glob("*.asl.json"))
MOST_WAITING_SECONDS = 300 * 24 * 3600
"""House rule: longer executions start their successor (AWS ends one after a year)."""
TERMINAL = {"Succeed", "Fail"}
SIGNALS = {signal.value for signal in Signal}

pytestmark = pytest.mark.parametrize("path", MACHINES, ids=lambda path: path.name)


def load(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text()))


def edges(state: dict[str, Any]) -> Iterator[str]:
    """The names of all states that may follow `state`."""
    for part in (state, *state.get("Catch", []), *state.get("Choices", [])):
        if "Next" in part:
            yield part["Next"]
    if "Default" in state:
        yield state["Default"]


def reach(graph: dict[str, set[str]], start: set[str]) -> set[str]:
    seen: set[str] = set()
    todo = set(start)
    while todo:
        seen |= todo
        todo = {after for name in todo for after in graph[name]} - seen
    return seen


def test_statelint_finds_nothing(path: Path) -> None:
    assert Linter.validate(str(path)) == []


def test_every_edge_leads_to_a_state(path: Path) -> None:
    machine = load(path)
    states = machine["States"]
    named = {machine["StartAt"]} | {edge for state in states.values() for edge in edges(state)}
    assert named <= set(states), f"dangling: {sorted(named - set(states))}"


def test_every_state_is_reached_and_can_end(path: Path) -> None:
    machine = load(path)
    graph = {name: set(edges(state)) for name, state in machine["States"].items()}
    assert reach(graph, {machine["StartAt"]}) == set(graph)
    back: dict[str, set[str]] = {name: set() for name in graph}
    for name, nexts in graph.items():
        for after in nexts:
            back[after].add(name)
    ends = {name for name, state in machine["States"].items() if state["Type"] in TERMINAL}
    assert reach(back, ends) == set(graph), "a state from which no end can be reached"


def test_every_state_explains_itself(path: Path) -> None:
    machine = load(path)
    assert all(part.get("Comment") for part in (machine, *machine["States"].values()))


def test_jsonpath_without_variables(path: Path) -> None:
    machine = load(path)
    text = path.read_text()
    assert not [word for word in ("QueryLanguage", '"Assign"', "{%") if word in text]
    assert machine["TimeoutSeconds"] <= MOST_WAITING_SECONDS


def tasks(path: Path) -> list[tuple[str, dict[str, Any]]]:
    return [(name, state) for name, state in load(path)["States"].items() if state["Type"] == "Task"]


def test_every_task_retries_catches_and_is_timed(path: Path) -> None:
    for name, state in tasks(path):
        caught = [error for catch in state["Catch"] for error in catch["ErrorEquals"]]
        assert caught[-1] == "States.ALL", name
        assert state["Retry"][-1]["ErrorEquals"] == ["States.TaskFailed"], name
        assert state["Retry"][-1]["JitterStrategy"] == "FULL", name
        signals = set(caught) & SIGNALS
        never = [retrier for retrier in state["Retry"] if retrier["MaxAttempts"] == 0]
        # A signal is an answer, not a fault: were it retried, a paid case would be written to again.
        assert signals <= {error for retrier in never for error in retrier["ErrorEquals"]} | {"Settled"}, name
        assert "TimeoutSecondsPath" in state or "TimeoutSeconds" in state, name


def test_every_wait_hands_over_its_token_and_turns_its_timeout_into_an_edge(path: Path) -> None:
    for name, state in tasks(path):
        if not state["Resource"].endswith(".waitForTaskToken"):
            continue
        payload = state["Parameters"].get("Payload") or state["Parameters"]["MessageBody"]
        assert payload["token.$"] == "$$.Task.Token", name
        assert payload["stage"] == name, "the function knows its stage by the state's name"
        assert "TimeoutSecondsPath" in state, "durations come from the profile, never from the machine"
        caught = {error for catch in state["Catch"] for error in catch["ErrorEquals"]}
        assert "States.Timeout" in caught, name
        no_case = ("delivery.asl.json", "complaint.asl.json")  # neither ends with its case
        assert path.name in no_case or "Settled" in caught, name


def test_substitutions_name_functions_and_the_queue_of_the_template(
    path: Path, template: dict[str, Any]
) -> None:
    named = set(re.findall(r"\$\{(\w+)\}", path.read_text()))
    machine = f"{path.name.split('.')[0].capitalize()}Machine"
    given = dict(template["Resources"][machine]["Properties"]["DefinitionSubstitutions"])
    assert set(given) == named
    assert given.pop("NoticesQueueUrl", {"Ref": "NoticesQueue"}) == {"Ref": "NoticesQueue"}
    for name, arn in given.items():
        function, attribute = arn["Fn::GetAtt"]
        assert (name, attribute) == (f"{function}Arn", "Arn")
        assert template["Resources"][function]["Type"] == "AWS::Serverless::Function"
