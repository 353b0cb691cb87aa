"""What `chalice package` cannot make, as a template that is merged into its own: resources, names, alarms."""

from __future__ import annotations

from infra.resources import (
    alarms,
    api,
    buckets,
    channels,
    dashboard,
    feeds,
    front,
    functions,
    machines,
    parameters,
    print_house,
    queues,
    staff,
    storage,
)
from infra.resources.parts import Part, joined

__all__ = ["resources"]


def resources(stage: str) -> Part:
    """The template to merge for `stage` (dev, prod): the same but for the stage's name."""
    return joined(
        parameters.part(stage),
        storage.part(),
        buckets.part(),
        print_house.part(),
        queues.part(),
        feeds.part(),
        channels.part(),
        functions.part(),
        api.part(),
        front.part(),
        staff.part(),
        machines.part(),
        alarms.part(),
        dashboard.part(),
    )
