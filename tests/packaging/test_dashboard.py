"""The dashboard shows metrics that exist, and each of ours; and each of ours is counted somewhere."""

from __future__ import annotations

import json

from tests.packaging.built import properties
from tests.packaging.metrics import OWN, emitted, known


def test_every_metric_of_ours_is_counted_somewhere() -> None:
    assert emitted() == OWN


def test_the_dashboard_shows_metrics_that_exist_and_every_one_of_ours() -> None:
    (dashboard,) = properties("AWS::CloudWatch::Dashboard").values()
    widgets = json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]
    shown = [m for widget in widgets if widget["type"] == "metric" for m in widget["properties"]["metrics"]]
    assert all(name in known(namespace) for namespace, name, *_ in shown)
    assert {name for namespace, name, *_ in shown if namespace == "Accord"} == OWN


def test_the_dashboards_widgets_lie_beside_each_other() -> None:
    (dashboard,) = properties("AWS::CloudWatch::Dashboard").values()
    taken: set[tuple[int, int]] = set()
    for widget in json.loads(dashboard["DashboardBody"]["Fn::Sub"])["widgets"]:
        across = range(widget["x"], widget["x"] + widget["width"])
        place = {(x, y) for x in across for y in range(widget["y"], widget["y"] + widget["height"])}
        assert max(across) < 24
        assert not place & taken
        taken |= place
