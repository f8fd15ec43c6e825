"""Members of policies, against grants counted here anew: each grant has its members, and there is nothing more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest

from cloudless import App
from cloudless.compiler.definitions import definitions_of
from cloudless.ir import DEAD_LETTERS, Application, Grant
from cloudless.passes.plans import plans
from cloudless_gcp import PROVIDER, names
from cloudless_gcp.capabilities import GAPS
from providers.gcp.tests.compile import documents
from providers.gcp.tests.compile.documents import PROJECT, REGION, Member, document, example, members, prod, program

PUBLISHER, SUBSCRIBER, INVOKER = "roles/pubsub.publisher", "roles/pubsub.subscriber", "roles/run.invoker"
DATASTORE, WORKFLOWS = "roles/datastore.user", "roles/workflows.invoker"
FUNCTION = "google_cloudfunctions2_function"
PUBSUB, SCHEDULER = "agent of pubsub.googleapis.com", "agent of cloudscheduler.googleapis.com"


def place_of(application: Application) -> names.Place:
    return names.Place(f"{application.name}-prod", PROJECT, REGION)


class Expected:
    """By hand: what grants ask for, what consuming needs, what workflows call, what services of Google's need."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.place = place_of(application)
        self.prefix = self.place.prefix
        self.handlers = {one.name: one.handler for one in application.functions}
        self.consumed = set(plans(application)) - set(self.handlers)
        self.delayed = set(names.delayed_of(application))
        self.orchestrated = bool(application.orchestrations or application.events)

    def all(self) -> set[Member]:
        found = {*self.consuming(), *self.running(), *self.agents(), *self.callers(), *self.building()}
        for handler in self.application.handlers:
            found |= {(self.who(handler.name), *one) for grant in handler.grants for one in self.granted(grant)}
        for one in self.application.orchestrations:
            carried = [grant for grant in one.grants if grant.noun in {"queue", "topic"}]
            found |= {(self.who("-worker"), *more) for grant in carried for more in self.granted(grant)}
        return found | set(self.delays())

    def who(self, name: str) -> str:
        return f"serviceAccount:{names.account_of(self.place, name)}"

    def account(self, who: str) -> str:
        return f"projects/{PROJECT}/serviceAccounts/{who.removeprefix('serviceAccount:')}"

    def topic(self, name: str) -> str:
        return f"projects/{PROJECT}/topics/{self.prefix}-{name}"

    def database(self, name: str) -> str:
        return f'resource.name == "projects/{PROJECT}/databases/{self.prefix}-{name}"'

    def sends(self, queue: str) -> Iterator[tuple[str, str]]:
        yield PUBLISHER, self.topic(queue)
        if queue in self.delayed:
            yield from self.later(queue)

    def later(self, queue: str) -> Iterator[tuple[str, str]]:
        yield "roles/cloudtasks.enqueuer", names.tasks_id(self.place, queue)
        yield "roles/iam.serviceAccountUser", self.account(self.who(names.delayer(queue)))

    def delays(self) -> Iterator[Member]:
        """As whom what is due is published."""
        for queue in self.delayed:
            yield self.who(names.delayer(queue)), PUBLISHER, self.topic(queue)

    def granted(self, grant: Grant) -> Iterator[tuple[str, str]]:
        match grant.noun, grant.verb:
            case "queue", verb:
                if verb in {"send", "native"}:
                    yield from self.sends(grant.name)
                if verb in {"peek", "redrive", "native"} and grant.name not in self.consumed:
                    yield SUBSCRIBER, f"{self.prefix}-{grant.name}"
                if verb == "redrive":
                    yield PUBLISHER, self.topic(grant.name.removesuffix("-dead-letters"))
            case "topic", _:
                yield PUBLISHER, self.topic(grant.name)
            case "secret", _:
                yield "roles/secretmanager.secretAccessor", f"projects/{PROJECT}/secrets/{self.prefix}-{grant.name}"
            case "function", "invoke_later":
                yield from self.sends(next(one.queue for one in self.application.functions if one.name == grant.name))
            case "function", _:
                yield INVOKER, names.function_id(self.place, self.handlers[grant.name])
            case _:
                yield INVOKER, f"{self.prefix}--broker"

    def consuming(self) -> Iterator[Member]:
        for source in self.consumed:
            plan = plans(self.application)[source]
            who = self.who(plan.handler)
            yield self.who("-push"), INVOKER, names.function_id(self.place, plan.handler)
            if not plan.ordered:
                yield from ((who, *one) for one in self.sends(source))
            if plan.dead_letters:
                yield who, PUBLISHER, self.topic(plan.dead_letters)
            if plan.once or plan.ordered or plan.exclusive:
                yield who, DATASTORE, self.database("ledger")

    def running(self) -> Iterator[Member]:
        """Workflows call what their orchestrations do, nested ones too, and nobody but the broker runs them."""
        known = {one.name: one for one in self.application.orchestrations}
        for one in known.values():
            who, inner = self.who(one.name), [known[name] for name in self.nested(one.name)]
            yield who, INVOKER, f"{self.prefix}--broker"
            yield who, "roles/logging.logWriter", "project"
            for each in inner:
                if each.grants and any(grant.noun in {"queue", "topic"} for grant in each.grants):
                    yield who, INVOKER, f"{self.prefix}--worker"
                for callee in each.calls:
                    if callee.kind == "function":
                        yield who, INVOKER, names.function_id(self.place, self.handlers[callee.name])
                    elif callee.kind == "pure":
                        yield who, INVOKER, f"{self.prefix}--worker"
        if self.orchestrated:
            yield self.who("-broker"), DATASTORE, self.database("executions")
            yield self.who("-broker"), WORKFLOWS, "project"

    def nested(self, name: str) -> set[str]:
        one = next(one for one in self.application.orchestrations if one.name == name)
        called = {callee.name for callee in one.calls if callee.kind == "orchestration"}
        return {name}.union(*map(self.nested, called))

    def agents(self) -> Iterator[Member]:
        """What Google's own accounts need: tokens for pushes, to forward what is given up, to tick."""
        application = self.application
        if self.consumed:
            push = self.account(self.who("-push"))
            yield PUBSUB, "roles/iam.serviceAccountOpenIdTokenCreator", push
        for source in self.consumed:
            plan = plans(application)[source]
            for topic in (source, f"{source}-retries") if plan.endless else (plan.dead_letters or "-given-up",):
                yield PUBSUB, PUBLISHER, self.topic(topic)
            for subscription in self.subscriptions(source):
                yield PUBSUB, SUBSCRIBER, subscription
        for schedule in application.schedules:
            yield SCHEDULER, PUBLISHER, self.topic(schedule.queue)
        for endpoint in application.endpoints:
            yield self.who("-http"), INVOKER, names.function_id(self.place, endpoint.handler)

    def subscriptions(self, source: str) -> Iterator[str]:
        """Those that feed what consumes a source: its own, its retries, and topics that are forwarded to it."""
        made = documents.resources(self.application, "google_pubsub_subscription")
        labels = [source, f"subscriber--{source}", f"retries--{source}"]
        labels += [f"subscriber--{one.name}" for one in self.application.subscriptions if one.forward == source]
        return (made[label]["name"] for label in labels if label in made)

    def callers(self) -> Iterator[Member]:
        application, who = self.application, self.who("-callers")
        subscribed = [one.name for one in application.subscriptions if one.handler]
        for name in (*(one.name for one in application.queues), *subscribed):
            yield who, PUBLISHER, self.topic(name)
        for topic in application.topics:
            yield who, PUBLISHER, self.topic(topic.name)
        for queue in application.queues:
            if queue.name not in self.consumed:
                yield who, SUBSCRIBER, f"{self.prefix}-{queue.name}"
        if any(one.name not in self.consumed for one in application.queues):
            yield who, "roles/monitoring.viewer", "project"
        for name in self.delayed:
            yield from ((who, *one) for one in self.later(name))
        for handler in self.handlers.values():
            yield who, INVOKER, names.function_id(self.place, handler)
        for secret in application.secrets:
            yield who, "roles/secretmanager.secretAccessor", f"projects/{PROJECT}/secrets/{self.prefix}-{secret.name}"
        if self.orchestrated:
            yield who, INVOKER, f"{self.prefix}--broker"
            yield who, DATASTORE, self.database("executions")
            yield who, WORKFLOWS, "project"
            yield who, "roles/workflows.viewer", "project"

    def building(self) -> Iterator[Member]:
        who = self.who("-build")
        sources = 'resource.name.startsWith("projects/_/buckets/gcf-v2-sources-")'
        yield who, "roles/logging.logWriter", "project"
        yield who, "roles/storage.objectViewer", sources
        yield who, "roles/artifactregistry.writer", self.prefix


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_members_are_what_is_asked_for_and_nothing_more(application: Callable[[], Application]) -> None:
    found = set(members(document(application())))
    expected = Expected(application()).all()
    assert found == expected


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_no_policy_is_taken_over_and_no_basic_role_given(application: Callable[[], Application]) -> None:
    made = document(application())
    assert not [type for type in made["resource"] if type.endswith(("_iam_policy", "_iam_binding"))]
    roles = {role for _, role, _ in members(made)}
    assert roles.isdisjoint({"roles/owner", "roles/editor", "roles/viewer"})
    assert not [role for role in roles if "admin" in role.lower()]


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_what_is_on_the_project_is_what_google_has_on_nothing_smaller(application: Callable[[], Application]) -> None:
    """Firestore and Cloud Storage know conditions; Workflows does not, and nobody but broker and callers has it."""
    made = document(application())
    for label, one in made["resource"].get("google_project_iam_member", {}).items():
        conditioned = "condition" in one
        assert conditioned == (one["role"] in {DATASTORE, "roles/storage.objectViewer"}), label
        if one["role"] == WORKFLOWS:
            assert label in {"cloudless--broker--runs--project", "cloudless--callers--runs"}


def test_callers_outside_may_start_any_workflow_of_the_project() -> None:
    """A gap: where that could be left out, the table would have to say so, too."""
    made = document(documents.conformance("orchestrations"))
    given = {(role, on) for who, role, on in members(made) if "-callers@" in who}
    assert ((WORKFLOWS, "project") in given) == ("identity.callers" in GAPS)


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_what_the_broker_keeps_is_in_no_database_that_a_handler_may_use(application: Callable[[], Application]) -> None:
    """A lease would else be a way to who waits for what, and to what executions begin with."""
    given = [(who, on) for who, role, on in members(document(application())) if role.startswith("roles/datastore.")]
    expected = Expected(application())
    brokers = {expected.who("-broker"), expected.who("-callers")}
    assert {who for who, on in given if on == expected.database("executions")} in (set(), brokers)
    assert brokers.isdisjoint(who for who, on in given if on != expected.database("executions"))


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_every_function_and_every_workflow_is_somebody_of_its_own(application: Callable[[], Application]) -> None:
    made = document(application())["resource"]
    accounts = [
        one["service_config"]["service_account_email"] for one in made["google_cloudfunctions2_function"].values()
    ]
    accounts += [
        one["service_account"].replace(".id}", ".email}") for one in made.get("google_workflows_workflow", {}).values()
    ]
    assert len(set(accounts)) == len(accounts)


def test_each_member_says_why_with_the_lines_that_ask() -> None:
    made = document(example("02-orders"))["resource"]
    said = made["google_pubsub_topic_iam_member"]["take--sends--order-placed"]["//"]
    assert said.startswith("publish topic order-placed: examples/02-orders/app.py:")
    for type, labels in made.items():
        if type.endswith("_iam_member"):
            assert [label for label, one in labels.items() if "//" not in one] in ([], ["callers"])


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_who_publishes_what_was_delayed_may_do_nothing_else_and_no_handler_is_it(
    application: Callable[[], Application],
) -> None:
    """So it stays what it is, whoever sends, and whatever becomes of them."""
    made = document(application())
    addresses = names.addresses_of(application(), prod()).get("delays", {})
    given = {f"serviceAccount:{one['account']}": list[tuple[str, str]]() for one in addresses.values()}
    assert len(given) == len(addresses)
    for who, role, on in members(made):
        if who in given:
            given[who].append((role, on))
    for one in addresses.values():
        assert given[f"serviceAccount:{one['account']}"] == [(PUBLISHER, one["topic"])]
    run_as = [one["service_config"]["service_account_email"] for one in made["resource"][FUNCTION].values()]
    assert given.keys().isdisjoint(f"serviceAccount:{documents.settled(made, email)}" for email in run_as)


@pytest.mark.parametrize("application", documents.EVERYTHING)
def test_tasks_go_before_who_publishes_them(application: Callable[[], Application]) -> None:
    made = document(application())["resource"]
    for label, one in made.get("google_cloud_tasks_queue", {}).items():
        (before,) = one["depends_on"]
        type, _, sends = before.partition(".")
        account = f"cloudless-{names.delayer(label)}"
        assert made[type][sends]["member"] == f"${{google_service_account.{account}.member}}"


def test_whoever_is_outside_acts_as_one_account_which_the_variable_gives_them() -> None:
    made = document(example("02-orders"))
    assert made["variable"]["callers"]["default"] == []
    given = made["resource"]["google_service_account_iam_member"]["callers"]
    assert (given["role"], given["member"]) == ("roles/iam.serviceAccountTokenCreator", "${each.value}")
    assert given["service_account_id"] == "${google_service_account.cloudless--callers.name}"


def test_the_broker_knows_who_may_send_start_and_control() -> None:
    application = example("06-approval")
    package = PROVIDER.compile(prod(), application, definitions_of(application, {})).package
    assert package is not None
    facts = json.loads(package.files["cloudless_entry/broker.json"])["facts"]
    place = place_of(application)
    callers = names.account_of(place, names.CALLERS)
    for part, verb in (("senders", ("event", "send")), ("starters", ("orchestration", "start"))):
        for name, emails in facts[part].items():
            asked = {
                names.account_of(place, one.name)
                for one in application.handlers
                for grant in one.grants
                if (grant.noun, grant.verb) == verb and grant.name == name
            }
            assert set(emails) == asked | {callers}
    assert facts["workflows"] == {one.name: names.account_of(place, one.name) for one in application.orchestrations}


def test_what_may_be_lost_is_given_up_to_a_topic_without_a_reader() -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int], dead_letters=False)

    @orders.consumer
    def take(order: dict[str, int]) -> None: ...

    made = document(program(app))
    subscriptions = made["resource"]["google_pubsub_subscription"]
    policy = subscriptions["orders"]["dead_letter_policy"]
    assert policy["dead_letter_topic"] == "${google_pubsub_topic.cloudless--given-up.id}"
    assert {one["topic"] for one in subscriptions.values()} == {"${google_pubsub_topic.queue--orders.id}"}
    assert (PUBSUB, PUBLISHER, f"projects/{PROJECT}/topics/shop-prod--given-up") in set(members(made))


def test_letters_that_are_consumed_are_tried_until_they_are_handled() -> None:
    app = App("shop")
    orders = app.queue("orders", dict[str, int])

    @orders.dead_letters.consumer
    def mourn(letter: dict[str, int]) -> None: ...

    application = program(app)
    made = documents.resources(application, "google_pubsub_subscription")
    assert {one.name for one in application.queues if one.role == DEAD_LETTERS} == {"orders-dead-letters"}
    one, other = made["orders-dead-letters"], made["retries--orders-dead-letters"]
    assert one["dead_letter_policy"] == {"dead_letter_topic": other["topic"], "max_delivery_attempts": 100}
    assert other["dead_letter_policy"] == {"dead_letter_topic": one["topic"], "max_delivery_attempts": 100}
    assert one["push_config"] == other["push_config"]
    assert "push_config" not in made["orders"]
