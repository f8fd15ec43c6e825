"""Secrets are planted wherever a program has some, and looked for in everything that is written.

Of the application: values of `app.secret`, by `simulate`, the command line and the environment. Of callers: keys and
tokens in headers, links, right ones and wrong ones. Of the machine: the clouds' credentials and connection strings.
"""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from typer.testing import CliRunner

from cloudless.cli.commands import cli
from cloudless.compiler.definitions import definitions_of
from cloudless.config.stage import Stage
from cloudless.dev.running import Running
from cloudless.errors import CloudlessError, LinkRefused
from cloudless.frontend import compile as to_ir
from cloudless.ir import dump
from cloudless.testing import simulate
from tests.unit.dev.page.conftest import PREFIX, Page

PLANT = "pl4nted"
SIGNING, KEY, LINKS = (f"{PLANT}-{name}-{'0123456789abcdef' * 2}" for name in ("signing", "key", "links"))
SECRETS = {"signing": SIGNING, "key": f"{KEY},{KEY}-next", "links": LINKS}
WRONG = f"{PLANT}-wrong-key"
ENVIRONMENT = {
    "CLOUDLESS_SECRET_SIGNING": SIGNING, "CLOUDLESS_SECRET_KEY": KEY, "CLOUDLESS_SECRET_LINKS": LINKS,
    "AWS_ACCESS_KEY_ID": f"AKIA{PLANT}", "AWS_SECRET_ACCESS_KEY": f"{PLANT}-aws",
    "AWS_SESSION_TOKEN": f"{PLANT}-session",
    "AZURE_CLIENT_SECRET": f"{PLANT}-azure",
    "CLOUDLESS_SERVICE_BUS": f"Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=a;SharedAccessKey={PLANT}",
    "TF_VAR_password": f"{PLANT}-terraform",
}  # fmt: skip
APP = """\
import hmac
from datetime import timedelta

from cloudless import App, HttpError, Request, Retry, api_key, jwt
from cloudless.dev.feed import Line

app = App("vault")
signing, key, links = app.secret("signing"), app.secret("key"), app.secret("links")
user = jwt(issuer="me", audience="vault", secret=signing)
orders = app.queue("orders", dict, retry=Retry(attempts=2, delay=timedelta(0)))
approval = app.event("approval", bool)


def caller(request: Request) -> str:
    return "ada" if hmac.compare_digest(request.headers.get("x-token", ""), signing.value) else ""


@app.get("/mine", auth=user)
def mine(request: Request) -> str:
    return request.identity["sub"]


@app.get("/keyed", auth=api_key(key))
def keyed() -> str:
    return "in"


@app.post("/hooks", auth=caller)
def hooked(body: dict) -> None:
    orders.send(body)


careless = []


@orders.consumer
def take(order: dict) -> None:
    if careless and "careless" in order:
        careless[0].note(Line("print", f"got {order['id']}"))
        raise ValueError(f"{order['id']} is no signature")
    if hmac.new(signing.value.encode(), order["id"].encode(), "sha256").hexdigest() != order.get("mac"):
        raise ValueError("the signature does not fit")


@app.function
def link(execution: str) -> str:
    return approval.token(execution, secret=links, expires=timedelta(days=1))


@app.post("/approve", public=True)
def approve(token: str) -> None:
    approval.send_signed(token, True, secret=links)


@app.orchestration
def wait_for_it() -> bool:
    return approval.wait(timeout=timedelta(days=2))
"""
TOML = """\
app = "vault_app:app"

[stages.memory]
provider = "memory"

[stages.aws]
provider = "aws"
region = "eu-central-1"

[stages.gcp]
provider = "gcp"
project = "my-project-123"
region = "europe-west1"

[stages.azure]
provider = "azure"
region = "westeurope"
subscription = "00000000-0000-0000-0000-000000000000"
"""


@pytest.fixture
def vault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The project in the working directory, everything planted, and its module."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    (tmp_path / "cloudless.toml").write_text(TOML)
    (tmp_path / "vault_app.py").write_text(APP)
    yield import_module("vault_app")
    del sys.modules["vault_app"]


def assert_clean(written: str, what: str) -> None:
    """Nothing that was planted is in there, as such or in base64."""
    found = [line for line in written.splitlines() if PLANT in line or "cGw0bnRlZ" in line]
    assert not found, f"{what}: {found[0][:300]}"


def everything(cloud: Any) -> str:
    """What a simulation tells: its trace, with all that the events hold."""
    told = [repr(event) for event in cloud.trace]
    told += [
        repr({name: getattr(event, name, None) for name in dir(event) if name[:1] != "_"}) for event in cloud.trace
    ]
    return "\n".join(told)


def play(vault: Any, cloud: Any) -> list[str]:
    """Requests with the right secrets and wrong ones; what was answered."""
    answers = [
        cloud.http.get("/mine", token=cloud.token(vault.user, sub="ada")),
        cloud.http.get("/mine", token=f"{WRONG}.{WRONG}.{WRONG}"),
        cloud.http.get("/keyed", headers={"X-Api-Key": KEY}),
        cloud.http.get("/keyed", headers={"X-Api-Key": WRONG}),
        cloud.http.post("/hooks", json={"id": "1"}, headers={"X-Token": SIGNING}),
        cloud.http.post("/hooks", json={"id": "1"}, headers={"X-Token": WRONG}),
        cloud.http.post("/approve", query={"token": f"{WRONG}.{WRONG}"}),
    ]
    assert [one.status for one in answers] == [200, 401, 200, 401, 204, 401, 403]
    cloud.run()
    return [f"{one.text} {one.headers} {one!r} {one.error!r}" for one in answers]


def test_a_simulation_tells_none(
    vault: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with simulate(vault.app, secrets=SECRETS) as cloud:
        answers = play(vault, cloud)
        letters = cloud.dead_letters(vault.orders)
        assert len(letters) == 1
        assert_clean("\n".join(answers), "answers")
        assert_clean("".join(map(repr, letters)), "dead letters")
        assert_clean(everything(cloud), "trace")
        assert_clean(repr([vault.signing, vault.user, vault.app, cloud]), "repr")
        with pytest.raises(LinkRefused) as refused:
            vault.approval.verify(f"{WRONG}.x", secret=vault.links)
        assert_clean(str(refused.value), "errors")
    assert_clean(caplog.text, "logs")
    assert_clean("".join(capfd.readouterr()), "output")


def test_a_weak_or_missing_secret_is_told_without_its_value(vault: Any) -> None:
    short = f"{PLANT}-short"
    with simulate(vault.app, secrets={"signing": short, "links": short}) as cloud:
        with pytest.raises(CloudlessError) as weak:
            vault.approval.verify("a.b", secret=vault.links)
        assert_clean(f"{weak.value} {weak.value!r}", "errors")
        with suppress(CloudlessError):
            vault.key.value  # noqa: B018  (a property that raises)
        answer = cloud.http.get("/mine", token=f"a.{WRONG}.c")
        assert answer.status >= 400
        assert_clean(f"{answer.text} {answer.error!r} {everything(cloud)}", "answers")


@pytest.mark.parametrize("provider", ["aws", "gcp", "azure"])
def test_no_build_holds_one(provider: str, vault: Any) -> None:
    compiler = pytest.importorskip(f"cloudless_{provider}.compile")
    places = {
        "aws": {"region": "eu-central-1"},
        "gcp": {"region": "europe-west1", "project": "my-project-123"},
        "azure": {"region": "westeurope", "subscription": "00000000-0000-0000-0000-000000000000"},
    }
    stage = Stage.model_validate({"name": "prod", "provider": provider, **places[provider]})
    application = to_ir(vault.app, entry="vault_app:app", deployable=True)
    with simulate(vault.app, secrets=SECRETS) as cloud:  # values that were read before are in no file
        play(vault, cloud)
    compiled = compiler.compile(stage, application, definitions_of(application, {}))
    files = {**compiled.files, **(compiled.package.files if compiled.package else {})}
    assert len(files) > 3
    for name, content in files.items():
        assert_clean(content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content), name)
    assert_clean(dump(application), "IR")


PRIVATE = (".env", "prod.env", "server.pem", "prod.tfvars", "terraform.tfstate", ".netrc", "local.settings.json")


@pytest.mark.parametrize("provider", ["aws", "gcp", "azure"])
def test_no_zip_and_no_file_of_a_build_holds_one(provider: str, vault: Any, tmp_path: Path) -> None:
    """Nor what lies beside the code in files that are told by their names, be it in a folder that is bundled."""
    pytest.importorskip(f"cloudless_{provider}")
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "mail.html").write_text("<p>")
    for folder in (tmp_path, tmp_path / "templates"):
        for name in PRIVATE:
            (folder / name).write_text(f"key={PLANT}")
    (tmp_path / "cloudless.toml").write_text(f'bundle = ["templates/"]\n{TOML}')
    with simulate(vault.app, secrets=SECRETS) as cloud:
        play(vault, cloud)
    done = CliRunner().invoke(cli, ["build", provider, "--no-dependencies"], prog_name="cloudless")
    assert done.exit_code == 0, done.output
    assert_clean(f"{done.stdout}\n{done.stderr}", "output")
    built = dict(unpacked(tmp_path / "build"))
    assert any(name.endswith("templates/mail.html") for name in built)
    for name, content in built.items():
        assert_clean(content.decode("utf-8", "replace"), name)


def unpacked(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder, and every file in its zips, with its content."""
    for file in (one for one in folder.rglob("*") if one.is_file()):
        yield str(file), file.read_bytes()
        if file.suffix == ".zip":
            with ZipFile(file) as archive:
                yield from ((f"{file}: {name}", archive.read(name)) for name in archive.namelist())


def test_the_page_of_dev_shows_none(vault: Any, tmp_path: Path) -> None:
    """Not even where a handler prints one, raises it, or sends it: bodies, attributes, lines and errors are cleaned."""
    pytest.importorskip("starlette", reason="needs the extra dev")
    told: list[Any] = []
    with simulate(vault.app, secrets=SECRETS, history=10_000) as cloud:
        page = Page(Running(cloud, tmp_path, 1, told.append, secrets=SECRETS.values()), told)
        play(vault, cloud)
        vault.careless.append(page.running.feed)
        for secret in (SIGNING, KEY, LINKS):
            vault.orders.send({"id": secret, "careless": True}, attributes={"token": secret})
            page.act("send", queue="orders", body=json.dumps({"id": secret}), attributes={"token": secret})
        page.act("travel", by_s=3_600)
        paths = ["app", "graph", "letters/orders-dead-letters", "runs/wait_for_it"]
        paths += [f"journeys/{one['journey']}" for one in page.entries if "journey" in one]
        paths += [f"runs/wait_for_it/{one['id']}" for one in page.get("/runs/wait_for_it")]
        for path in paths:
            assert_clean(page.ask("GET", f"{PREFIX}/api/{path}").body.decode(), path)
        assert_clean(json.dumps(page.entries), "stream")
        assert "•••" in page.ask("GET", f"{PREFIX}/api/letters/orders-dead-letters").body.decode()


COMMANDS = [
    ("check",), ("graph",), ("graph", "--format", "svg"), ("permissions",), ("openapi",), ("doctor",), ("providers",),
    ("run", "request", "GET", "/keyed"), ("run", "--json", "send", "orders", '{"id": "1"}'),
    ("run", *(f"--secret={name}={value}" for name, value in SECRETS.items()), "--events", "events.jsonl"),
    ("run", "--json", *(f"--secret={name}={value}" for name, value in SECRETS.items()), "--events", "events.jsonl"),
    ("run", f"--secret=singing={SIGNING}", "send", "orders", "{}"),
    ("run", f"--secret={SIGNING}", "send", "orders", "{}"),
    ("plan", "aws"), ("outputs", "aws"), ("dlq", "list", "aws"), ("invoke", "aws", "link", "{}"),
]  # fmt: skip


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words[:2])[:40])
def test_no_command_prints_one(words: tuple[str, ...], vault: Any, tmp_path: Path) -> None:
    lines = [
        {"request": "GET /keyed", "headers": {"X-Api-Key": KEY}},
        {"request": "POST /hooks", "body": {"id": "1"}, "headers": {"X-Token": SIGNING}},
        {"request": "GET /mine", "headers": {"Authorization": f"Bearer {WRONG}"}},
    ]
    (tmp_path / "events.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    done = CliRunner().invoke(cli, list(words), prog_name="cloudless")
    assert_clean(f"{done.stdout}\n{done.stderr}\n{done.exception}", " ".join(words[:2]))
    for file in tmp_path.rglob("*"):
        if file.is_file() and file.name != "events.jsonl":
            assert_clean(file.read_bytes().decode("utf-8", "replace"), str(file))
