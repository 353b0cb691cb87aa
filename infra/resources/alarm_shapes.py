"""The shapes of an alarm: a count, a level, a share of a whole; each names the page that says what to do."""

from __future__ import annotations

from infra.resources.parts import NAME, Part, ref, sub

FIVE_MINUTES, HOUR = 300, 3600
RUNBOOKS = "docs/runbooks"


def alarm(what: str, page: str, **properties: object) -> Part:
    """An alarm that tells the operators, and where to read on; no data is good news."""
    return {
        "Type": "AWS::CloudWatch::Alarm",
        "Properties": {
            "AlarmDescription": sub(f"{NAME} {what}. {RUNBOOKS}/{page}.md"),
            "EvaluationPeriods": 1,
            "ComparisonOperator": "GreaterThanOrEqualToThreshold",
            "TreatMissingData": "notBreaching",
            "AlarmActions": [ref("OpsTopic")],
            "OKActions": [ref("OpsTopic")],
            **properties,
        },
    }


def count(
    what: str,
    page: str,
    metric: tuple[str, str],
    dimensions: Part,
    at_least: int = 1,
    period: int = FIVE_MINUTES,
) -> Part:
    """An alarm when the `metric` (namespace, name) adds up to `at_least` within `period` seconds."""
    properties = {"Statistic": "Sum", "Period": period, "Threshold": at_least}
    return alarm(what, page, **_of(metric, dimensions), **properties)


def level(
    what: str,
    page: str,
    metric: tuple[str, str],
    dimensions: Part,
    at_least: object,
    period: int = FIVE_MINUTES,
) -> Part:
    """An alarm when the highest value of the `metric` within `period` seconds reaches `at_least`."""
    properties = {"Statistic": "Maximum", "Period": period, "Threshold": at_least}
    return alarm(what, page, **_of(metric, dimensions), **properties)


def share(
    what: str, page: str, part: str, rest: str, *, percent: int, least: int, period: int = HOUR
) -> Part:
    """An alarm when our metric `part` is `percent` of itself and `rest` together, from `least` of it on.

    Below `least` a share says nothing: one of two is not half of all.
    """
    expression = f"IF(FILL(part, 0) >= {least}, 100 * FILL(part, 0) / (FILL(part, 0) + FILL(rest, 0)), 0)"
    metrics = [
        {"Id": "share", "Expression": expression, "Label": f"{part} %", "ReturnData": True},
        _counted("part", part, period),
        _counted("rest", rest, period),
    ]
    return {"Condition": "AlarmsShares", **alarm(what, page, Metrics=metrics, Threshold=percent)}


def own(metric: str) -> tuple[str, str]:
    """One of the product's own metrics (chalicelib/telemetry.py)."""
    return ("Accord", metric)


OWN_DIMENSIONS: Part = {"service": "accord"}


def _of(metric: tuple[str, str], dimensions: Part) -> Part:
    namespace, name = metric
    return {"Namespace": namespace, "MetricName": name, "Dimensions": _listed(dimensions)}


def _counted(ident: str, metric: str, period: int) -> Part:
    named = _of(own(metric), OWN_DIMENSIONS)
    return {
        "Id": ident,
        "ReturnData": False,
        "MetricStat": {"Metric": named, "Period": period, "Stat": "Sum"},
    }


def _listed(dimensions: Part) -> list[Part]:
    return [{"Name": name, "Value": value} for name, value in dimensions.items()]
