"""The model of IAM, held against what Google's documentation says."""

import json
from typing import Any

import pytest

from providers.gcp.tests.discovery import call_of
from providers.gcp.tests.iam import DEPLOYER, Asked, Denied, Iam, Identities, Source, admitted, asked, metadata
from tests.bridge import Unreadable
from tests.hosting.http import Request, Response

P = "projects/shop-1"
TOPIC = f"{P}/topics/orders"
SERVICE = f"{P}/locations/europe-west1/services/shop-prod-take"
DATABASE = f"{P}/databases/shop-prod"
URL = "https://europe-west1-shop-1.cloudfunctions.net/shop-prod-take"
A = "serviceAccount:a@shop-1.iam.gserviceaccount.com"
B = "serviceAccount:b@shop-1.iam.gserviceaccount.com"
IS_DATABASE = f'resource.name == "{DATABASE}"'


@pytest.fixture
def iam() -> Iam:
    return Iam("shop-1")


def test_nobody_may_what_nobody_granted(iam: Iam) -> None:
    assert not iam.allows(A, "pubsub.topics.publish", TOPIC)
    assert iam.allows(DEPLOYER, "pubsub.topics.publish", TOPIC)


def test_a_role_is_for_one_member_on_one_resource(iam: Iam) -> None:
    iam.add(TOPIC, "roles/pubsub.publisher", A)
    assert iam.allows(A, "pubsub.topics.publish", TOPIC)
    assert not iam.allows(A, "pubsub.topics.publish", f"{TOPIC}-more")
    assert not iam.allows(A, "pubsub.subscriptions.consume", TOPIC)
    assert not iam.allows(B, "pubsub.topics.publish", TOPIC)


def test_a_policy_holds_for_what_lies_below(iam: Iam) -> None:
    iam.add(P, "roles/pubsub.publisher", A)
    iam.add(f"{P}/secrets/key", "roles/secretmanager.secretAccessor", A)
    assert iam.allows(A, "pubsub.topics.publish", TOPIC)
    assert not iam.allows(A, "pubsub.topics.publish", "projects/other/topics/orders")
    assert iam.allows(A, "secretmanager.versions.access", f"{P}/secrets/key/versions/latest")


def test_everybody_is_anybody(iam: Iam) -> None:
    iam.add(SERVICE, "roles/run.invoker", "allUsers")
    assert iam.allows("", "run.routes.invoke", SERVICE)


def test_rights_can_be_taken_away(iam: Iam) -> None:
    iam.add(TOPIC, "roles/pubsub.publisher", A)
    iam.remove(resource=TOPIC, member=A)
    with pytest.raises(Denied, match=r"'pubsub\.topics\.publish' denied on resource 'projects/shop-1/topics/orders'"):
        iam.require(A, "pubsub.topics.publish", TOPIC)


@pytest.mark.parametrize(
    ("resource", "role", "member", "condition"),
    [
        (P, "roles/editor", A, ""),
        (P, "roles/pubsub.publisher", "a@shop-1.iam.gserviceaccount.com", ""),
        (DATABASE, "roles/datastore.user", A, ""),
        (f"{P}/locations/r/workflows/w", "roles/workflows.invoker", A, ""),
        (TOPIC, "roles/pubsub.publisher", A, IS_DATABASE),
        (P, "roles/datastore.user", "allUsers", IS_DATABASE),
        (P, "roles/datastore.user", A, 'resource.name != "x"'),
        (P, "roles/datastore.user", A, f"{IS_DATABASE} && request.time.getHours() < 8"),
    ],
)
def test_what_google_refuses_or_we_do_not_know(iam: Iam, resource: str, role: str, member: str, condition: str) -> None:
    with pytest.raises(Unreadable):
        iam.add(resource, role, member, condition)


@pytest.mark.parametrize(
    ("condition", "resource", "is_let"),
    [
        (IS_DATABASE, DATABASE, True),
        (IS_DATABASE, f"{DATABASE}-2", False),
        (f'{IS_DATABASE} && resource.type == "firestore.googleapis.com/Database"', DATABASE, True),
        (f'({IS_DATABASE} || resource.service == "x") && resource.type == "y"', DATABASE, False),
        (f'resource.name.startsWith("{P}/databases/shop")', DATABASE, True),
        (f'resource.name.startsWith("{P}/databases/shop")', f"{P}/databases/other", False),
    ],
)
def test_conditions_are_on_what_firestore_tells(iam: Iam, condition: str, resource: str, is_let: bool) -> None:
    iam.add(P, "roles/datastore.user", A, condition)
    assert iam.allows(A, "datastore.entities.get", resource) is is_let


def test_workflows_tell_conditions_nothing(iam: Iam) -> None:
    """https://cloud.google.com/iam/docs/conditions-resource-attributes: they are not in the list."""
    workflow = f"{P}/locations/europe-west1/workflows/shop-prod-fulfil"
    iam.add(P, "roles/workflows.invoker", A, f'resource.name == "{workflow}"')
    iam.add(P, "roles/workflows.invoker", B)
    assert not iam.allows(A, "workflows.executions.create", workflow)
    assert iam.allows(B, "workflows.executions.create", workflow)


WHAT_IS_ASKED: list[tuple[str, str, dict[str, str], Any, list[tuple[str, str]]]] = [
    ("pubsub", "projects.topics.publish", {"topic": TOPIC}, {}, [("pubsub.topics.publish", TOPIC)]),
    (
        "firestore",
        "projects.databases.documents.commit",
        {"database": DATABASE},
        {"writes": [{"update": {}, "currentDocument": {"exists": False}}, {"delete": "x"}]},
        [("datastore.entities.create", DATABASE), ("datastore.entities.delete", DATABASE)],
    ),
    (
        "firestore",
        "projects.databases.documents.commit",
        {"database": DATABASE},
        {"writes": [{"update": {}}, {"update": {}, "currentDocument": {"updateTime": "x"}}]},
        [("datastore.entities.create", DATABASE), ("datastore.entities.update", DATABASE)],
    ),
    (
        "cloudtasks",
        "projects.locations.queues.tasks.create",
        {"parent": f"{P}/locations/r/queues/q"},
        {"task": {"httpRequest": {"oauthToken": {"serviceAccountEmail": A.partition(":")[2]}}}},
        [
            ("cloudtasks.tasks.create", f"{P}/locations/r/queues/q"),
            ("iam.serviceAccounts.actAs", f"{P}/serviceAccounts/{A.partition(':')[2]}"),
        ],
    ),
    (
        "workflowexecutions",
        "projects.locations.workflows.executions.stepEntries.list",
        {"parent": f"{P}/locations/r/workflows/w/executions/e"},
        None,
        [("workflows.stepEntries.list", f"{P}/locations/r/workflows/w")],
    ),
    (
        "iamcredentials",
        "projects.serviceAccounts.generateIdToken",
        {"name": "projects/-/serviceAccounts/a@shop-1.iam.gserviceaccount.com"},
        {"audience": URL},
        [("iam.serviceAccounts.getOpenIdToken", f"{P}/serviceAccounts/a@shop-1.iam.gserviceaccount.com")],
    ),
]


@pytest.mark.parametrize(("service", "method", "params", "body", "expected"), WHAT_IS_ASKED)
def test_what_is_asked_for_a_call(
    service: str, method: str, params: dict[str, Any], body: Any, expected: list[tuple[str, str]]
) -> None:
    assert asked(call_of(service, method, params, body)) == [Asked(*one) for one in expected]


def test_a_method_that_nobody_read_about_is_not_judged() -> None:
    with pytest.raises(Unreadable):
        asked(call_of("pubsub", "projects.topics.delete", {"topic": TOPIC}))


# --- who somebody is ----------------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now_s = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def test_access_tokens_end() -> None:
    clock = Clock()
    identities = Identities(clock)
    token = identities.token(A)
    assert identities.bearer(f"Bearer {token}") == A
    clock.now_s += 3_600
    assert identities.holder(token) is None
    assert identities.bearer("Bearer ya29.forged") is None


def test_id_tokens_are_of_somebody_for_somebody() -> None:
    clock = Clock()
    identities = Identities(clock)
    token = identities.id_token(A, URL)
    assert identities.identified(token, {URL}) == A
    assert identities.identified(token, {f"{URL}/"}) is None
    assert identities.identified(token[:-8] + "AAAAAAAA", {URL}) is None
    clock.now_s += 3_600
    assert identities.identified(token, {URL}) is None


def of_server(path: str, query: str = "", flavor: str = "Google") -> Response:
    headers = (("Metadata-Flavor", flavor),) if flavor else ()
    request = Request(method="GET", path=path, query=query, headers=headers)
    place = {"project": "shop-1", "number": "1234", "region": "europe-west1"}
    return metadata(Identities(), "a@shop-1.iam.gserviceaccount.com", **place)(request)


def test_the_metadata_server_gives_tokens_of_its_instance_alone() -> None:
    account = "/computeMetadata/v1/instance/service-accounts/default"
    token = json.loads(of_server(f"{account}/token").body)
    assert set(token) == {"access_token", "expires_in", "token_type"}
    assert of_server(f"{account}/identity", "audience=https%3A%2F%2Fx").body.count(b".") == 2
    assert of_server(f"{account}/identity").status == 400
    assert of_server(f"{account}/token", flavor="").status == 403
    assert of_server(account.replace("default", "b@shop-1.iam.gserviceaccount.com") + "/token").status == 404
    assert of_server("/computeMetadata/v1/project/project-id").body == b"shop-1"
    assert of_server("/").header("Metadata-Flavor") == "Google"


# --- Cloud Run's front --------------------------------------------------------------------------------


class Front:
    def __init__(self, iam: Iam) -> None:
        self.iam = iam
        self.identities = Identities()

    def asked(self, *headers: tuple[str, str], **changes: Any) -> Request | Response:
        request = Request(method="POST", path="/", headers=headers, body=b"{}")
        facts: Any = {"iam": self.iam, "identities": self.identities, "service": SERVICE, "audiences": {URL}}
        return admitted(request, **facts, **changes)

    def status(self, *headers: tuple[str, str], **changes: Any) -> int:
        """0 for what is let in."""
        answer = self.asked(*headers, **changes)
        return answer.status if isinstance(answer, Response) else 0

    def token(self, member: str = A, audience: str = URL) -> tuple[str, str]:
        return "Authorization", f"Bearer {self.identities.id_token(member, audience)}"


@pytest.fixture
def front(iam: Iam) -> Front:
    iam.add(SERVICE, "roles/run.invoker", A)
    return Front(iam)


def test_an_invoker_is_let_in_and_its_signature_stays_outside(front: Front) -> None:
    request = front.asked(front.token())
    assert isinstance(request, Request)
    assert request.header("Authorization").endswith(".SIGNATURE_REMOVED_BY_GOOGLE")


def test_without_a_token_of_an_invoker_nobody_is_let_in(front: Front) -> None:
    assert front.status() == 403
    assert front.status(front.token(B)) == 403
    assert front.status(front.token(audience="https://other")) == 401
    assert front.status(("Authorization", "Bearer a.b.c")) == 401
    access = ("Authorization", f"Bearer {front.identities.token(A)}")
    assert front.status(access) == 401


def test_the_serverless_header_is_what_counts(front: Front) -> None:
    ours = ("X-Serverless-Authorization", front.token()[1])
    assert front.status(("Authorization", "Bearer of-the-program"), ours) == 0
    assert front.status(front.token(), ("X-Serverless-Authorization", "Bearer forged")) == 401


def test_what_everybody_may_is_not_looked_at(front: Front) -> None:
    front.iam.add(SERVICE, "roles/run.invoker", "allUsers")
    assert front.status() == 0
    assert front.status(("Authorization", "Bearer of-the-program")) == 0


def test_internal_traffic_is_of_googles_own_services(front: Front) -> None:
    assert front.status(front.token(), ingress="ALLOW_INTERNAL_ONLY") == 404
    assert front.status(front.token(), ingress="ALLOW_INTERNAL_ONLY", source=Source.GOOGLE) == 0
