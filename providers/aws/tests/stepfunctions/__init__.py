"""A strict model of Step Functions: Standard workflows in JSONata, on virtual time.

    definition (text) -> problems -> Revision -> Execution: strands on the Agenda -> events, output
                                                            ^ step()                | Invocation
    boto3 -> server -> StepFunctions.call -> api ...........| ......................v invoke()

Written from the States Language's specification and AWS's pages, which each module names, not from what we emit.
What AWS would not take is Refused with every problem; what no page says raises Unspecified, so that nothing that
passes here relies on it. Expressions are evaluated by npm jsonata 2.0.6, in a node process.
"""

from providers.aws.tests.stepfunctions.definition import problems
from providers.aws.tests.stepfunctions.errors import ApiError, Failed, Problem, Refused, Unspecified
from providers.aws.tests.stepfunctions.invocation import Invocation, Reply
from providers.aws.tests.stepfunctions.jsonata import Jsonata, jsonata
from providers.aws.tests.stepfunctions.run import Outcome, Running, run
from providers.aws.tests.stepfunctions.server import Server, serve
from providers.aws.tests.stepfunctions.service import StepFunctions

__all__ = [
    "ApiError",
    "Failed",
    "Invocation",
    "Jsonata",
    "Outcome",
    "Problem",
    "Refused",
    "Reply",
    "Running",
    "Server",
    "StepFunctions",
    "Unspecified",
    "jsonata",
    "problems",
    "run",
    "serve",
]
