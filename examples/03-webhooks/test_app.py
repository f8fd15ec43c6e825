import base64
import hashlib
import hmac
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from app import announce, answer, app, archive, build, received
from signature import WINDOW_S
from store import Store

from cloudless.testing import Answer, Faults, Simulation, explore, simulate

PAYLOADS = Path(__file__).parents[3] / "shared" / "webhooks" / "github.jsonl"
OLD, NEW = "old-secret", "new-secret"
HANDLERS = (archive, answer, build, announce)
WANTED = {
    "answer": lambda event: event in {"issues", "issue_comment", "discussion", "discussion_comment"},
    "build": lambda event: event in {"push", "pull_request", "create"},
    "announce": lambda event: event == "release",
    "archive": lambda event: True,
}


def signed(body: bytes, secret: str = OLD) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def send(cloud: Simulation, id: str, event: str, body: bytes, signature: str | None = None) -> Answer:
    """Send as GitHub does."""
    headers = {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": id,
        "X-Hub-Signature-256": signed(body) if signature is None else signature,
    }
    return cloud.http.post("/webhooks/github", body=body, headers=headers)


def simulated(file: Path, secret: str = OLD, **options: Any) -> Any:
    return simulate(app, secrets={"webhook-secret": secret}, config={"database": str(file)}, **options)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "webhooks.db"


def counted(file: Path) -> dict[str, dict[str, int]]:
    return {handler.name: Store(str(file)).counts(handler.name) for handler in HANDLERS}


def test_a_signed_delivery_is_accepted_at_once_and_goes_to_whom_it_concerns(file: Path) -> None:
    with simulated(file) as cloud:
        assert send(cloud, "1", "issues", b"{}").status == 202
        assert send(cloud, "2", "release", b"{}").json() == {"id": "2"}
        assert cloud.calls(archive) == []  # nothing is done while the sender waits
        cloud.run()
    assert counted(file) == {
        "archive": {"issues": 1, "release": 1}, "answer": {"issues": 1}, "build": {}, "announce": {"release": 1},
    }  # fmt: skip


def test_a_delivery_that_is_sent_again_has_no_effect(file: Path) -> None:
    with simulated(file) as cloud:
        for _ in range(3):
            assert send(cloud, "1", "push", b"{}").status == 202
            cloud.run()
    assert counted(file)["build"] == {"push": 1}


def test_both_secrets_count_while_one_takes_over(file: Path) -> None:
    with simulated(file, f"{NEW}, {OLD}") as cloud:
        assert send(cloud, "1", "push", b"{}", signed(b"{}", OLD)).status == 202
        assert send(cloud, "2", "push", b"{}", signed(b"{}", NEW)).status == 202
    with simulated(file, NEW) as cloud:
        assert send(cloud, "3", "push", b"{}", signed(b"{}", OLD)).status == 401


BODY = b'{"action": "opened"}'
CORRUPTED = [
    (b'{"action": "closed"}', signed(BODY)),
    (BODY + b" ", signed(BODY)),
    (BODY[:-1], signed(BODY)),
    (b"", signed(BODY)),
    (BODY, signed(BODY, "guessed")),
    (BODY, signed(BODY, "")),
    (BODY, signed(BODY)[:-1]),
    (BODY, signed(BODY).upper()),
    (BODY, signed(BODY).removeprefix("sha256=")),
    (BODY, "sha1=" + hmac.new(OLD.encode(), BODY, hashlib.sha1).hexdigest()),
    (BODY, "sha256="),
    (BODY, ""),
]


@pytest.mark.parametrize(("body", "signature"), CORRUPTED)
def test_what_is_not_signed_by_the_sender_is_refused(body: bytes, signature: str, file: Path) -> None:
    with simulated(file) as cloud:
        assert send(cloud, "1", "push", body, signature).status == 401
        assert cloud.sent(received) == []


TYPED = b'{"type": "push"}'


def standard(secret: str, sent: str, id: str = "msg_1") -> dict[str, str]:
    digest = hmac.digest(secret.encode(), b".".join([id.encode(), sent.encode(), TYPED]), "sha256")
    written = f"v1,bm90IHRoaXM= v1,{base64.b64encode(digest).decode()}"
    return {
        "Content-Type": "application/json", "Webhook-Id": id, "Webhook-Timestamp": sent, "Webhook-Signature": written,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("age_s", "status"), [(0, 202), (WINDOW_S, 202), (WINDOW_S + 1, 401), (-WINDOW_S, 202), (-WINDOW_S - 1, 401)]
)
def test_a_replay_is_refused_when_its_signed_time_is_over(age_s: int, status: int, file: Path) -> None:
    with simulated(file) as cloud:
        headers = standard(OLD, str(int(cloud.now.timestamp()) - age_s))
        assert cloud.http.post("/webhooks/standard", body=TYPED, headers=headers).status == status


def test_a_time_that_was_changed_is_refused(file: Path) -> None:
    with simulated(file) as cloud:
        headers = {**standard(OLD, "1000"), "Webhook-Timestamp": str(int(cloud.now.timestamp()))}
        assert cloud.http.post("/webhooks/standard", body=TYPED, headers=headers).status == 401


def recorded() -> list[tuple[str, str, bytes]]:
    """Id, event and body of every real delivery."""
    if not PAYLOADS.exists():
        pytest.skip(f"{PAYLOADS} is not here")
    lines = [json.loads(line) for line in PAYLOADS.read_text("utf-8").splitlines()]
    return [
        (f"delivery-{number}", line["event"], json.dumps(line["payload"], ensure_ascii=False).encode())
        for number, line in enumerate(lines)
    ]


def send_until_accepted(cloud: Simulation, id: str, event: str, body: bytes) -> None:
    """As a sender that sends again when the endpoint died, or was too slow."""
    while (answer := send(cloud, id, event, body)).status >= 500:
        pass
    assert answer.status == 202


@pytest.mark.parametrize("seed", range(3))
def test_every_real_delivery_has_its_effect_exactly_once_whatever_goes_wrong(seed: int, file: Path) -> None:
    deliveries = recorded()
    assert len(deliveries) == 246
    faults = Faults(duplicate=0.1, reorder=0.2, delay=0.1, crash=0.05, throttle=0.05, slow=0.02)
    with simulated(file, seed=seed, faults=faults) as cloud:
        for number, (id, event, body) in enumerate(deliveries):
            send_until_accepted(cloud, id, event, body)
            if number % 20 == 0:  # thirteen times: one that was changed on its way
                assert send(cloud, f"corrupted-{number}", event, b"[" + body[1:], signed(body)).status == 401
        cloud.run()
        assert not any(cloud.dead_letters(source) for source in (received, *HANDLERS))
        assert any(call.outcome == "crash" for handler in HANDLERS for call in cloud.calls(handler))
        assert len(cloud.calls(archive)) > 246  # the faults had work to do
    for handler, wants in WANTED.items():
        assert counted(file)[handler] == Counter(event for _, event, _ in deliveries if wants(event))


@explore(app, examples=50, secrets={"webhook-secret": OLD})
def test_no_schedule_of_faults_loses_or_repeats_an_effect(
    cloud: Simulation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("webhooks.db").unlink(missing_ok=True)
    send_until_accepted(cloud, "1", "push", b"{}")
    cloud.run()
    store = Store("webhooks.db")
    assert store.counts("build") == store.counts("archive") == {"push": 1}
