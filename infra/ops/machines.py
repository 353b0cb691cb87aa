"""The machines of a deployment, as the operators' acts reach them."""

from __future__ import annotations

from chalicelib.timers import Timers
from infra.ops.command import Refusal, Stage

_MACHINES = ("Case", "Delivery", "Repayment", "Complaint")


def timers_of(stage: Stage) -> Timers:
    """Return what starts and wakes a stage's machines; raises Refusal when it has none here."""
    outputs = stage.outputs
    case, delivery, repayment, complaint = (outputs.get(f"{name}MachineArn", "") for name in _MACHINES)
    if not (case and delivery and repayment and complaint):
        raise Refusal(f"stage {stage.name} has no machines here; deploy it first.")
    return Timers(stage.client("stepfunctions"), case, delivery, repayment, complaint)
