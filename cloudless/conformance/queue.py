"""Queues: all that every queue does on every cloud, a file for each part of the contract."""

from __future__ import annotations

from cloudless.conformance.batch import BatchCases
from cloudless.conformance.body import BodyCases
from cloudless.conformance.dead_letter import DeadLetterCases
from cloudless.conformance.delay import DelayCases
from cloudless.conformance.delivery import DeliveryCases
from cloudless.conformance.failure import FailureCases
from cloudless.conformance.once import OnceCases


class QueueSuite(DeliveryCases, FailureCases, DeadLetterCases, BodyCases, OnceCases, BatchCases, DelayCases):
    """What every queue does on every cloud."""

    entry = "cloudless.conformance.apps.queues:app"
