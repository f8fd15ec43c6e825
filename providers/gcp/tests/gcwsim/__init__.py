"""A strict model of Google Cloud Workflows: parser, validator, interpreter and the REST APIs, on virtual time.

    definition (JSON) -> problems -> Revision -> Execution: strands on the Agenda -> result, error
                                                     ^ step()                  | Request
    REST client -> server -> Workflows.call -> api ..|.........................v http()

    lexer, grammar, evaluate, operators   expressions: text to words, to a tree, to a function of a frame
    library/                              the standard library, a module each
    definition, builder, names, scope     what a definition may say, and every problem at once
    steps/, block, routine                the kinds of steps; how one leads to the next; calls
    strand, slots, exchange, callback     what runs beside each other, and what it waits for
    service, execution, history, api/     workflows, revisions, executions, and how they are shown

It is ours, written from Google's pages, which each module and each case names, and not from what we emit. A
definition that the pages refuse has INVALID problems, one whose meaning they leave open UNSPECIFIED ones; what is open
only when it runs raises Unspecified with the reason and the page. Where the pages promise no order, seeds above 0
shuffle: branches and iterations, steps and assignments between them, what is due at one instant, keys().

Certain: the pages' own words and Google's samples (GoogleCloudPlatform/workflows-samples, with its JSON schema).
Less certain, as the page was not at hand in full, or a sample shows it and no sentence says it:

    one assignment is atomic, so that `total: ${total + x}` of a shared variable loses nothing (a sample relies on it)
    UnhandledBranchError's map has `branches`, a list with one item an error (what is in an item is Unspecified)
    a raised string arrives in `except` as that string
    a `switch`'s own `next` holds after a condition's steps too, as every step's `next` does
    numbers of two types compare; == of anything with null is allowed; strings in ASCII have an order
    math.floor gives an integer; text.find_all gives indices, text.find_all_regex maps of index and match
    a callback endpoint keeps one request that comes before it is awaited; a second one is answered with 429
    the default retry predicates' codes and tags; KB is 1,000 (the smaller reading); main counts among 20 calls
    a branch that waits for branches inside of it holds none of the 20 slots; every step, containers too, is counted
    escapes in strings: for the end of a line, tab, return, quote and backslash, and no others
    names of headers come as Content-Type; text/* is a string; the body of any other type is Unspecified

Not modelled: YAML, long-running connectors (a connector is a function that a test gives), private services, IAM,
quotas of requests, experimental.executions, call logs.

May import: the standard library and tests.virtual, so that it is an oracle for our own code and shares none of it.
"""

from providers.gcp.tests.gcwsim.definition import problems
from providers.gcp.tests.gcwsim.errors import ApiError, Problem, Refused, Unspecified
from providers.gcp.tests.gcwsim.exchange import ConnectionFailed, Request, Response
from providers.gcp.tests.gcwsim.execution import Execution
from providers.gcp.tests.gcwsim.run import Outcome, Running, run
from providers.gcp.tests.gcwsim.server import Server, serve
from providers.gcp.tests.gcwsim.service import Workflows

__all__ = [
    "ApiError",
    "ConnectionFailed",
    "Execution",
    "Outcome",
    "Problem",
    "Refused",
    "Request",
    "Response",
    "Running",
    "Server",
    "Unspecified",
    "Workflows",
    "problems",
    "run",
    "serve",
]
