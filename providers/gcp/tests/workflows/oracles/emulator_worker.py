"""workflows-emulator in a process of its own, told by lines of JSON: run by the Python of the kit `workflows-emulator`.

    in:   {"run": {"definition", "argument", "is_mended", "limit_s"}}    out: {"done": {"status", "value"}}
    out:  {"request": {"method", "url", "body", "query", "headers", "auth", "timeout_s"}}
    in:   {"response": {"code", "headers", "text"}} or {"failed": the tag}

status: SUCCEEDED with the result, FAILED with what was raised, REFUSED by its JSON schema, CRASHED with the name of an
exception that no workflow can catch, HUNG after limit_s. Each run has a process, forked from this one: an exception in
an `assign` leaves a lock of the emulator held, and the next `assign` waits for ever.

is_mended: with the shim. Each part of it is a row of known.py that is_mended, where it is shown; beside these, branches
run one after the other: the emulator's threads share their own variables; and an expression gets only what it names:
the emulator copies all variables for each, and all subworkflows, which is most of what it does. No time passes.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

Plain = dict[str, Any]
PACKAGE = "workflows_emulator"
WORD = re.compile(r'"(?:[^"\\]|\\.)*"|(?<![\w.])([A-Za-z_]\w*)((?:\.[A-Za-z_]\w*)*)|(?<=[\])])((?:\.[A-Za-z_]\w*)+)')
"""A text, a name with its fields, or the fields of what ends in a bracket."""
NAME = re.compile(r"\w+")
WORDS = {"if": "if_"}
TYPES = {"bool": "boolean", "float": "double", "int": "integer"}
"""What the emulator calls otherwise."""


def write(told: Plain) -> None:
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()


class Session:
    """The network, in place of google.auth's session: who started us answers."""

    is_mended = False
    auth: Any = None

    def __init__(self, credentials: Any) -> None:
        pass

    def request(self, method: str, url: str, **asked: Any) -> Any:
        body = asked.get("json", asked.get("data"))
        write({
            "request": {
                "method": method, "url": url, "body": body, "query": asked.get("params") or {},
                "headers": asked.get("headers") or {}, "auth": Session.auth, "timeout_s": asked["timeout"],
            }
        })  # fmt: skip
        told = json.loads(sys.stdin.readline())
        if "failed" in told:
            raise self._failure(told["failed"])
        response = import_module("requests").Response()
        response.status_code = told["response"]["code"]
        response.headers.update(told["response"]["headers"])
        response._content = told["response"]["text"].encode()
        response.encoding = "utf-8"
        response.url = url
        return response

    def _failure(self, tag: str) -> Exception:
        if self.is_mended:
            made: Exception = _module("utils").WorkflowError(message=tag, tags=[tag])
            return made
        names = {"TimeoutError": "ReadTimeout"}
        raised: Exception = getattr(import_module("requests"), names.get(tag, "ConnectionError"))(tag)
        return raised


def _module(name: str) -> Any:
    return import_module(f"{PACKAGE}.{name}")


class Unlocked:
    """In place of the lock of `assign`: a run has one thread."""

    def acquire(self) -> None:
        """Nothing."""

    release = acquire


def mend() -> None:
    """Put the shim in place."""
    main, render, http = _module("main"), _module("render"), _module("lib.http_utils")
    _library(render.STANDARD_LIBRARY)
    evaluate = _evaluated(render.run_code, frozenset(render.STANDARD_LIBRARY))
    render.run_code = main.run_code = evaluate
    main.assign_var = _assigned(render.assign_var)
    render.render_str = _rendered(evaluate)
    main.LOCK = Unlocked()
    main.WORKFLOW_SCHEMA = _computed(main.WORKFLOW_SCHEMA)
    main.StepParallel.execute_task_config = _one_by_one
    import_module("requests").HTTPError.__name__ = "HttpError"
    for verb in ("get", "post", "put", "patch", "delete"):
        setattr(http, verb, _authorized(getattr(http, verb)))
    Session.is_mended = True


def _library(library: Plain) -> None:
    get_type = library["get_type"]

    def default(some: Any, other: Any) -> Any:
        return other if some is None else some

    def type_of(value: Any) -> str:
        name: str = "map" if isinstance(value, dict) else get_type(value)
        return TYPES.get(name, name)

    library.update({"null": None, "true": True, "false": False, "if_": library["if"]})
    library.update({"default": default, "get_type": type_of})


def _evaluated(run_code: Callable[[str, Plain], Any], library: frozenset[str]) -> Callable[[str, Plain], Any]:
    """Fields are keys, whatever they are called; one that is not there is a KeyError."""

    def replaced(match: re.Match[str]) -> str:
        name, fields, more = match.groups()
        if name is None and more is None:
            return match[0]
        if name in library and fields:
            return match[0]
        return WORDS.get(name or "", name or "") + "".join(
            f'["{key}"]' for key in (fields or more or "").split(".")[1:]
        )

    def evaluated(code: str, context: Plain) -> Any:
        try:
            return run_code(WORD.sub(replaced, code), _named(code, context))
        except SyntaxError as problem:
            if isinstance(problem.__cause__, AttributeError):
                raise KeyError(str(problem.__cause__)) from problem
            raise

    return evaluated


def _assigned(assign_var: Callable[[str, Any, Plain], Any]) -> Callable[[str, Any, Plain], Any]:
    return lambda key, value, context: assign_var(key, value, _named(key, context))


def _named(code: str, context: Plain) -> Plain:
    """The part of a context that code can ask for."""
    return {name: context[name] for name in NAME.findall(code) if name in context}


def _rendered(evaluate: Callable[[str, Plain], Any]) -> Callable[[Any, Plain], Any]:
    """The value of an expression is its value: not YAML that was made of it."""

    def rendered(value: Any, context: Plain) -> Any:
        is_expression = isinstance(value, str) and value.startswith("${") and value.endswith("}")
        return evaluate(value[2:-1], context) if is_expression else value

    return rendered


def _computed(schema: Any) -> Any:
    """A schema that takes expressions for numbers."""

    def taking(node: Plain) -> Plain:
        is_number = node.get("type") in ("number", "integer")
        return {"anyOf": [node, {"type": "string", "pattern": r"^\$\{"}]} if is_number else node

    return json.loads(json.dumps(schema), object_hook=taking)


def _one_by_one(
    step: Any, task_configs: list[Plain], concurrency_limit: Any = None, index_var: str = "", value_var: str = ""
) -> Any:
    """Branches one after the other, each with its own loop variables."""
    error = _module("utils").WorkflowError
    context = import_module("copy").deepcopy(step.context)
    errors: Plain = {}
    for index, task in enumerate(task_configs):
        if index_var:
            context.update({index_var: index, value_var: task["id"]})
        try:
            _module("main").execute_step(str(index), task["config"], context)
        except error as problem:
            errors[str(index)] = problem
    for name in {index_var, value_var} - {""}:
        context.pop(name, None)
    step.filter_vars(context)
    step.check_raise_results(errors)
    return step.context


def _authorized(verb: Callable[..., Any]) -> Callable[..., Any]:
    def asked(**given: Any) -> Any:
        Session.auth = given.pop("auth", None)
        return verb(**given)

    return asked


def run(order: Plain) -> Plain:
    """Run a definition, and tell how it ended."""
    main, utils = _module("main"), _module("utils")
    if order["is_mended"]:
        mend()
    definition = order["definition"]
    if problem := _problem(definition, main.WORKFLOW_SCHEMA):
        return {"status": "REFUSED", "value": problem.message}
    argument = order["argument"]
    parameters = definition["main"].get("params", [])
    try:
        found = main.execute_workflow(definition, dict.fromkeys(parameters, argument))
    except utils.WorkflowError as problem:
        return {"status": "FAILED", "value": problem.payload}
    except Exception as problem:  # noqa: BLE001  (whatever it does is told)
        return {"status": "CRASHED", "value": type(problem).__name__}
    return {"status": "SUCCEEDED", "value": found}


def _problem(definition: Plain, schema: Plain) -> Any:
    """What jsonschema's `validate` raises, which checks the schema, too, each time."""
    schemas = import_module("jsonschema")
    return schemas.exceptions.best_match(schemas.validators.validator_for(schema)(schema).iter_errors(definition))


def _forked(order: Plain) -> None:
    child = os.fork()
    if child == 0:
        with _ending():
            signal.setitimer(signal.ITIMER_REAL, order["limit_s"])
            write({"done": run(order)})
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM:
        write({"done": {"status": "HUNG", "value": None}})
    elif status:
        write({"done": {"status": "CRASHED", "value": f"the process ended with {status}"}})


@contextmanager
def _ending() -> Generator[None]:
    """A process that ends here, without what the first one would do at its end."""
    try:
        yield
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def _asleep(seconds: float) -> None:
    """No time passes."""


def main() -> None:
    """Serve until the input ends."""
    import logging

    logging.disable(logging.CRITICAL)
    os.environ["GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID"] = "native"
    _module("main")
    _module("lib.http_utils").AuthorizedSession = Session
    _module("lib.sys_utils").sleep = _asleep
    while line := sys.stdin.readline():
        _forked(json.loads(line)["run"])


if __name__ == "__main__":
    main()
