"""The gateway: who asks, whether Google would understand it, whether they may, and who answers."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jwt
import pytest

from providers.gcp.tests.gateway import Gateway, backends
from providers.gcp.tests.gateway.emulator import Emulator
from providers.gcp.tests.gateway.host import Hosts
from providers.gcp.tests.gateway.tokens import GRANT, TOKEN_PATH, Tokens
from providers.gcp.tests.iam import DEPLOYER, Iam, Identities
from providers.gcp.tests.secretmanager import Secrets
from tests.hosting.http import Request, Response
from tests.hosting.upstream import Upstream

REGION = "europe-west1"
PUBSUB = f"{REGION}-pubsub.googleapis.com"


class Stand:
    """A gateway, and what stands behind it. published: topics and messages."""

    def __init__(self, project: str, pubsub_host: str, folder: Path) -> None:
        self.place = f"projects/{project}"
        self.iam, self.identities, self.secrets = Iam(project), Identities(), Secrets()
        self.published: list[tuple[str, int]] = []
        self.called_back: list[str] = []
        self.member = f"serviceAccount:a@{project}.iam.gserviceaccount.com"
        self.upstream = Upstream(f"http://{pubsub_host}")
        self.emulator = Emulator(self.upstream, self.upstream)
        tokens = Tokens(self.identities, project)
        self.gateway = Gateway(
            Hosts(project, REGION),
            iam=self.iam,
            identities=self.identities,
            backends={
                "pubsub": backends.pubsub(self.upstream, lambda topic, sent: self.published.append((topic, len(sent)))),
                "secretmanager": backends.modelled(self.secrets.call),
                "iamcredentials": backends.modelled(tokens.call),
            },
            functions=lambda request: Response(status=200, body=request.path.encode()),
            callback=self._called_back,
            tokens=tokens,
        )
        self.key = folder / "key.json"
        tokens.write_key(self.key, self.gateway.url)

    def _called_back(self, request: Request) -> int:
        self.called_back.append(request.path)
        return 200

    def ask(self, host: str, path: str, body: Any = None, *, member: str = "", method: str = "POST") -> tuple[int, Any]:
        """Status and JSON of an answer, to the member."""
        token = self.identities.token(member or self.member)
        headers = (("Host", host), ("Authorization", f"Bearer {token}"), ("Content-Type", "application/json"))
        sent = json.dumps(body).encode() if body is not None else b""
        answer = self.gateway.answer(Request(method=method, path=path, headers=headers, body=sent))
        return answer.status, json.loads(answer.body)

    def publish(
        self, data: bytes = b"{}", attributes: Mapping[str, str] | None = None, topic: str = "orders"
    ) -> tuple[int, Any]:
        message = {"data": b64encode(data).decode(), "attributes": attributes or {}}
        return self.ask(PUBSUB, f"/v1/{self.place}/topics/{topic}:publish", {"messages": [message]})


@pytest.fixture
def stand(project: str, pubsub_host: str, tmp_path: Path) -> Iterator[Stand]:
    stand = Stand(project, pubsub_host, tmp_path)
    topic = f"{stand.place}/topics/orders"
    stand.emulator.make_topic(topic)
    stand.emulator.make_subscription(f"{stand.place}/subscriptions/orders", topic)
    stand.iam.add(topic, "roles/pubsub.publisher", stand.member)
    yield stand
    stand.gateway.close()
    stand.emulator.close()


def test_whoever_may_publish_does(stand: Stand) -> None:
    status, answer = stand.publish(b"\x00 one", {"region": "eu"})
    assert (status, len(answer["messageIds"])) == (200, 1)
    assert stand.published == [(f"{stand.place}/topics/orders", 1)]
    (taken,) = stand.emulator.take(f"{stand.place}/subscriptions/orders", now_us=7)
    assert (taken.data, taken.attributes, taken.published_us) == (b"\x00 one", {"region": "eu"}, 7)
    stand.gateway.check()


def test_whoever_may_not_is_told_which_permission_is_missing(stand: Stand) -> None:
    status, answer = stand.publish(topic="others")
    assert status == 403
    assert answer["error"]["details"][0]["metadata"]["permission"] == "pubsub.topics.publish"
    assert not stand.published


def test_nobody_comes_in_without_a_token(stand: Stand) -> None:
    request = Request(method="POST", path=f"/v1/{stand.place}/topics/orders:publish", headers=(("Host", PUBSUB),))
    assert stand.gateway.answer(request).status == 401


@pytest.mark.parametrize("attributes", [{"googly": "1"}, {"a": "x" * 1_025}, {str(n): "" for n in range(101)}])
def test_what_the_emulator_takes_and_the_service_does_not_is_refused(stand: Stand, attributes: dict[str, str]) -> None:
    assert stand.publish(attributes=attributes)[0] == 400
    assert not stand.published


def test_what_google_would_not_understand_fails_a_test(stand: Stand) -> None:
    status, _ = stand.ask(PUBSUB, f"/v1/{stand.place}/topics/orders:publish", {"messages": [{"body": "x"}]})
    assert status == 400
    with pytest.raises(AssertionError, match="there is no body"):
        stand.gateway.check()


@pytest.mark.parametrize("host", ["us-east1-pubsub.googleapis.com", "sqs.eu-central-1.amazonaws.com", ""])
def test_a_server_of_nobody_here_fails_a_test(stand: Stand, host: str) -> None:
    request = Request(method="GET", path="/", headers=(("Host", host),))
    assert stand.gateway.answer(request).status == 501
    with pytest.raises(AssertionError, match="no server of"):
        stand.gateway.check()


def test_a_pull_never_waits(stand: Stand) -> None:
    status, answer = stand.ask(
        PUBSUB, f"/v1/{stand.place}/subscriptions/orders:pull", {"maxMessages": 1}, member=DEPLOYER
    )
    assert (status, answer) == (200, {})


def test_models_answer_what_google_would(stand: Stand) -> None:
    secret = f"{stand.place}/secrets/key"
    stand.secrets.call(
        "projects.secrets.create", {"parent": stand.place, "secretId": "key"}, {"replication": {"automatic": {}}}
    )
    stand.secrets.put(secret, b"value")
    path = f"/v1/{secret}/versions/latest:access"
    assert stand.ask("secretmanager.googleapis.com", path, method="GET")[0] == 403
    stand.iam.add(secret, "roles/secretmanager.secretAccessor", stand.member)
    status, answer = stand.ask("secretmanager.googleapis.com", path, method="GET")
    assert (status, answer["payload"]["data"]) == (200, b64encode(b"value").decode())


def test_functions_have_a_front_of_their_own(stand: Stand, project: str) -> None:
    host = f"{REGION}-{project}.cloudfunctions.net"
    request = Request(method="POST", path="/shop//a%2Fb", headers=(("Host", host),))
    assert stand.gateway.answer(request).body == b"/shop//a%2Fb"


def test_callbacks_want_a_permission_on_the_workflow(stand: Stand) -> None:
    path = f"/v1/{stand.place}/locations/{REGION}/workflows/w/executions/e/callbacks/c"
    assert stand.ask("workflowexecutions.googleapis.com", path, {})[0] == 403
    stand.iam.add(stand.place, "roles/workflows.invoker", stand.member)
    assert stand.ask("workflowexecutions.googleapis.com", path, {})[0] == 200
    assert stand.called_back == [path]


def asserted(stand: Stand, **claims: Any) -> tuple[int, Any]:
    """What the token endpoint says to whoever has the key."""
    key = json.loads(stand.key.read_text())
    assertion = jwt.encode({"iss": key["client_email"], "exp": 2_000_000_000, **claims}, key["private_key"], "RS256")
    host = stand.gateway.url.removeprefix("http://")
    body = f"grant_type={GRANT}&assertion={assertion}".encode()
    answer = stand.gateway.answer(Request(method="POST", path=TOKEN_PATH, headers=(("Host", host),), body=body))
    return answer.status, json.loads(answer.body)


def test_whoever_deploys_has_a_key_for_tokens(stand: Stand) -> None:
    status, answer = asserted(stand, scope="https://www.googleapis.com/auth/cloud-platform")
    assert status == 200
    assert stand.identities.holder(answer["access_token"]) == DEPLOYER
    status, answer = asserted(stand, target_audience="https://f")
    assert stand.identities.identified(answer["id_token"], {"https://f"}) == (
        f"serviceAccount:{json.loads(stand.key.read_text())['client_email']}"
    )


def test_whoever_may_take_the_tokens_of_an_account_gets_them(stand: Stand) -> None:
    email = stand.member.partition(":")[2]
    path = f"/v1/projects/-/serviceAccounts/{email}:generateIdToken"
    body = {"audience": "https://f", "includeEmail": True}
    assert stand.ask("iamcredentials.googleapis.com", path, body)[0] == 403
    status, answer = stand.ask("iamcredentials.googleapis.com", path, body, member=DEPLOYER)
    assert status == 200
    assert stand.identities.identified(answer["token"], {"https://f"}) == stand.member
