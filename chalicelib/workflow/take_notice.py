"""A message of the senders' queue becomes what its machine's stage asks for."""

from __future__ import annotations

import json
from dataclasses import dataclass

from chalicelib.domain.codes import Stage
from chalicelib.workflow.deliver import Deliver
from chalicelib.workflow.send_notice import SendNotice
from chalicelib.workflow.task import Task


@dataclass(frozen=True, slots=True)
class TakeNotice:
    """Carries out what stands in the senders' queue: the sending stages of both machines."""

    send_notice: SendNotice
    deliver: Deliver

    def __call__(self, body: str, attempt: str) -> None:
        """Do what one message asks; raises what keeps it from being done, and it comes back.

        `attempt` is the invocation's id.
        """
        task = Task.parse(json.loads(body))
        (self.deliver if task.stage in (Stage.DELIVER, Stage.PAUSE) else self.send_notice)(task, attempt)
