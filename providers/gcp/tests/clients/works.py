"""Orchestrations in a place: workflows on gcwsim, and our broker, which they and everybody else call.

The workflow is written by hand, as the compiler's speak to the broker. Its argument `do` says what it does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cloudless_gcp.clients.cloud import GoogleCloud
from cloudless_gcp.runtime.broker import broker
from providers.gcp.tests import gcwsim
from providers.gcp.tests.clients.place import REGION, Place, function_url
from providers.gcp.tests.discovery import Call
from providers.gcp.tests.errors import answered
from tests.hosting.http import Request, Response

DIGEST = "ab" * 32
_CALLBACKS = "https://workflowexecutions.googleapis.com/v1/"


def definition(broker_url: str, digest: str = DIGEST, name: str = "fulfil") -> dict[str, Any]:
    """A workflow that begins, and then waits, fails, calls or returns."""
    auth = {"type": "OIDC", "audience": "${to}"}
    told = {"orchestration": name, "execution": "${input.id}"}
    native = '${sys.get_env("GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID")}'
    begin = {"op": "begin", **told, "native": native, "definition": digest, "input": "${input}"}
    failure = {"type": "CardDeclined", "mro": ["CardDeclined", "Exception"], "message": "no funds", "data": {"n": 1}}
    charge = broker_url.replace("--broker", "-charge")
    main: list[dict[str, Any]] = [
        {"begin": {"call": "ask", "args": {"to": broker_url, "body": begin}, "result": "begun"}},
        {"look": {"switch": [{"condition": '${"taken" in begun}', "next": "taken"}]}},
        {
            "choose": {
                "switch": [
                    {"condition": '${begun.args.do == "wait"}', "next": "s1_wait_approval"},
                    {"condition": '${begun.args.do == "fail"}', "next": "fail"},
                    {"condition": '${begun.args.do == "call"}', "next": "s2_body_0_call_charge__card"},
                    {"condition": '${begun.args.do == "sleep"}', "next": "s3_sleep_"},
                ],
                "next": "done",
            }
        },
        {"s1_wait_approval": {"call": "wait_for", "args": {"told": told}, "result": "event"}},
        {"waited": {"return": {"v": "${event}"}}},
        {"s2_body_0_call_charge__card": {"call": "twice", "args": {"to": charge}, "result": "paid"}},
        {"called": {"return": {"v": "${paid}"}}},
        {"s3_sleep_": {"call": "sys.sleep", "args": {"seconds": 3600}}},
        {"done": {"return": {"v": "${begun.args}"}}},
        {"fail": {"assign": [{"error": failure}]}},
        {"failed": {"raise": "${error}"}},
        {"taken": {"return": {"taken": True}}},
    ]

    def twice(body: Any) -> list[dict[str, Any]]:
        return [
            {"count": {"assign": [{"number": 0}, {"reply": None}]}},
            {"attempt": {"assign": [{"number": "${number + 1}"}, {"failed": None}]}},
            {
                "exchange": {
                    "try": {"steps": [{"post": {
                        "call": "http.post",
                        "args": {"url": "${to}", "auth": auth, "body": body},
                        "result": "reply",
                    }}]},
                    "except": {"as": "e", "steps": [{"caught": {"assign": [{"failed": "${e}"}]}}]},
                }
            },
            {"look": {"switch": [{"condition": "${failed == null}", "next": "done"}]}},
            {"again": {"switch": [{"condition": "${number < 2}", "next": "attempt"}]}},
            {"over": {"raise": "${failed}"}},
            {"done": {"return": "${reply.body.v}"}},
        ]  # fmt: skip

    event = {**{key: f"${{told.{key}}}" for key in told}, "event": "approval", "url": "${callback.url}"}
    asked = {"call": "ask", "result": "answer"}
    wait_for: list[dict[str, Any]] = [
        {"begin": {"assign": [{"limit_s": 60}, {"answer": None}, {"received": None}]}},
        {"open": {"call": "events.create_callback_endpoint", "args": {"http_callback_method": "POST"},
                  "result": "callback"}},
        {"tell": {**asked, "args": {"to": broker_url, "body": {"op": "wait", **event}}}},
        {"attempt": {"assign": [{"missed": None}]}},
        {
            "wait": {
                "try": {"call": "events.await_callback", "args": {"callback": "${callback}", "timeout": "${limit_s}"},
                        "result": "received"},
                "except": {"as": "e", "steps": [{"caught": {"assign": [{"missed": "${e}"}]}}]},
            }
        },
        {"come": {"switch": [{"condition": "${missed == null}", "next": "done"}]}},
        {"leave": {**asked, "args": {"to": broker_url, "body": {"op": "leave", **event}}}},
        {"left": {"switch": [{"condition": "${answer.taken}", "next": "attempt"}]}},
        {"late": {"return": "late"}},
        {"done": {"return": "${received.http_request.body.v}"}},
    ]  # fmt: skip
    return {
        "main": {"params": ["input"], "steps": main},
        "ask": {"params": ["to", "body"], "steps": twice("${body}")},
        "twice": {"params": ["to"], "steps": twice({"attempt": "${number}"})},
        "wait_for": {"params": ["told"], "steps": wait_for},
    }


class Asked:
    """A request as functions-framework hands it over."""

    def __init__(self, request: Request) -> None:
        self.environ = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in request.headers}
        self._body = request.body

    def get_data(self) -> bytes:
        return self._body


class Works:
    """The orchestrations fulfil and refund of a stage. answers: what the function charge-card answers, one by one."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.broker_url = function_url(place.project, "shop-prod--broker")
        self.database = f"projects/{place.project}/databases/shop-prod-executions"
        self.broker_account = f"shop-prod--broker@{place.project}.iam.gserviceaccount.com"
        self.facts: dict[str, Any] = {"events": {"approval": ["fulfil", "refund"]}, "workflows": {}, "senders": {}}
        self.answers: list[Response] = []
        self.requests: list[gcwsim.Request] = []
        self.sim = gcwsim.Workflows(
            now_us=lambda: int(place.now_s * 1e6), http=self._carry_out, project=place.project, location=REGION
        )
        self._parent = f"projects/{place.project}/locations/{REGION}"
        place.backends |= {"workflowexecutions": self._api, "workflows": self._api}
        place.functions[function_url(place.project, "shop-prod-charge")] = lambda request: self.answers.pop(0)
        self._let_in()
        for name in ("fulfil", "refund"):
            self.deploy(name)

    @property
    def orchestrations(self) -> dict[str, str]:
        return {name: f"{self._parent}/workflows/shop-prod-{name}" for name in ("fulfil", "refund")}

    def deploy(self, name: str, digest: str = DIGEST) -> None:
        """A new revision."""
        account = f"shop-prod-{name}@{self.place.project}.iam.gserviceaccount.com"
        self.facts["workflows"][name] = account
        self.sim.deploy(f"shop-prod-{name}", definition(self.broker_url, digest, name))
        for function in ("shop-prod--broker", "shop-prod-charge"):
            self._invoke(account, function)

    def stage(self, **addresses: Any) -> GoogleCloud:
        """For whoever may ask Workflows itself."""
        given = {"orchestrations": self.orchestrations, "records": self.database, "broker": self.broker_url}
        return self.place.cloud(**given, **addresses)

    def start_broker(self) -> None:
        """Deploy the broker with the facts as they are."""
        cloud = self.stage()
        handle = broker(self.facts, cloud)

        def answer(request: Request) -> Response:
            self.place.be(self.broker_account)  # the broker is one process, and this another one
            try:
                text, status, headers = handle(Asked(request))
            finally:
                self.place.be(self.place.account)
            return Response(status=status, headers=tuple(headers.items()), body=text.encode())

        self.place.functions[self.broker_url] = answer

    def pump(self) -> None:
        """Let workflows do what is due."""
        self.sim.pump()

    def pass_s(self, seconds: float) -> None:
        """Let time pass, and workflows do what comes due."""
        end_s = self.place.now_s + seconds
        self.sim.pump()
        while (due_us := self.sim.next_due_us()) is not None and due_us <= end_s * 1e6:
            self.place.now_s = max(self.place.now_s, due_us / 1e6)
            self.sim.pump()
        self.place.now_s = end_s

    def _let_in(self) -> None:
        place = self.place
        member = f"serviceAccount:{self.broker_account}"
        condition = f'resource.name == "{self.database}"'
        place.iam.add(f"projects/{place.project}", "roles/datastore.user", member, condition)
        place.iam.add(f"projects/{place.project}", "roles/workflows.invoker", member)

    def _invoke(self, account: str, function: str) -> None:
        service = f"{self._parent}/services/{function}"
        self.place.iam.add(service, "roles/run.invoker", f"serviceAccount:{account}")

    def let_invoke_broker(self) -> None:
        """The function's account may call the broker, whatever that lets it do."""
        self._invoke(self.place.account, "shop-prod--broker")

    def _api(self, call: Call) -> Response:
        if "/callbacks/" in call.request.path:
            return answered({}, self.sim.post(f"{_CALLBACKS}{call.request.path[4:]}", json.loads(call.request.body)))
        query: Mapping[str, str] = {name: str(value) for name, value in call.params.items() if name in _QUERY}
        body = json.loads(call.request.body) if call.request.body else None
        try:
            return answered(self.sim.call(call.request.method, call.request.path, body, query))
        except gcwsim.ApiError as problem:
            told = {"code": problem.code, "status": problem.status, "message": problem.message}
            return answered({"error": told}, problem.code)

    def _carry_out(self, request: gcwsim.Request) -> gcwsim.Response:
        self.requests.append(request)
        name = request.execution.split("/")[5].removeprefix("shop-prod-")
        audience = (request.auth or {}).get("audience", "")
        member = f"serviceAccount:{self.facts['workflows'][name]}"
        token = self.place.identities.id_token(member, audience)
        path = "/" + request.url.rpartition("/")[2]
        headers = (("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
        answer = self.place.call(
            request.url, Request(method="POST", path=path, headers=headers, body=request.content())
        )
        kind = answer.header("Content-Type") or ""
        return gcwsim.Response(answer.status, answer.body, {"Content-Type": kind})


_QUERY = ("view", "pageSize", "pageToken", "filter", "orderBy", "revisionId")
