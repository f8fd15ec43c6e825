import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from app import app, received
from github.signature import WINDOW_S
from handlers.activity import code, rest, talk
from handlers.digests import deliver
from handlers.releases import announce, ask, begin, publish, put_up, take_down, withdraw
from handlers.routing import route
from playing import SECRETS, TEAMS, play, released, sent, simulated
from recording import START, assigned, by_github, by_relay, operator
from store import Store

from cloudless.testing import Fault, Simulation, simulate

BODY = json.dumps({"repository": {"id": 1, "full_name": "acme/rocket", "owner": {"login": "acme"}}})
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "events.db"


@pytest.fixture
def cloud(file: Path) -> Iterator[Simulation]:
    """Acme is Berlin's, Yonder is Kolkata's; it is Friday, 2 January, noon in UTC."""
    with simulated(file) as cloud:
        play(cloud, TEAMS)
        yield cloud


def look(cloud: Simulation, path: str) -> Any:
    (answer,) = play(cloud, [operator(f"GET {path}")])
    return answer.json()


def subjects(cloud: Simulation, team: str) -> list[str]:
    return [mail["subject"] for mail in look(cloud, f"/mails/{team}")]


def decide(cloud: Simulation, id: int, *, granted: bool) -> int:
    word = {"granted": granted, "by": "ada"}
    (answer,) = play(cloud, [operator(f"POST /releases/{id}/decision", body=word)])
    cloud.run()
    return answer.status


def test_the_recording_is_told_as_on_the_command_line(file: Path) -> None:
    with simulated(file) as cloud:
        played = cloud.play(Path(__file__).with_name("events.jsonl"))
        assert Counter(answer.status for answer in played.answers) == {202: 29, 200: 14, 204: 3, 401: 2}
        assert played.dead_letters == {"happened-talk-dead-letters": 1}
        assert "end publish failed 20 min later: VersionTaken: v1.0.0 is 501" in str(played)


# --- in


def test_a_delivery_is_accepted_at_once_and_goes_to_whom_it_concerns(cloud: Simulation) -> None:
    answers = play(cloud, [sent("push", "acme/rocket", ref="refs/heads/main"), sent("star", "acme/rocket")])
    assert [answer.status for answer in answers] == [202, 202]
    assert cloud.calls(route) == []  # nothing is done while the sender waits
    cloud.run()
    assert [len(cloud.calls(one)) for one in (code, rest, talk)] == [1, 1, 0]


def test_a_delivery_is_known_by_what_is_signed_and_not_by_its_id(cloud: Simulation) -> None:
    play(cloud, [by_github("watch", BODY, id) for id in ("d1", "d1", "copied")])
    cloud.run()
    assert look(cloud, "/timelines") == {"repository-1": ["watch"]}


@pytest.mark.parametrize(
    "line",
    [
        by_github("push", BODY, "d", secret=b"guessed"),
        {**by_github("push", BODY, "d"), "text": BODY + " "},
        {**by_github("push", BODY, "d"), "headers": {"Content-Type": "application/json", "X-GitHub-Event": "push"}},
        by_relay("push", BODY, "r", secret=b"guessed"),
        by_relay("push", BODY, "r", at=START - timedelta(seconds=WINDOW_S + 1)),
        by_relay("push", BODY, "r", at=START + timedelta(seconds=WINDOW_S + 1)),
        {**by_relay("push", BODY, "r"), "text": by_relay("ping", BODY, "r")["text"]},
    ],
)
def test_what_is_forged_changed_or_late_is_refused(cloud: Simulation, line: dict[str, Any]) -> None:
    (answer,) = play(cloud, [line])
    assert (answer.status, cloud.sent(received)) == (401, [])


def test_a_copy_of_what_a_relay_signed_is_refused_after_five_minutes_and_the_same_before(cloud: Simulation) -> None:
    statuses: list[int] = []
    for wait in (timedelta(0), timedelta(seconds=WINDOW_S), timedelta(seconds=1)):
        cloud.advance(wait)
        statuses += [answer.status for answer in play(cloud, [by_relay("watch", BODY, "r")])]
    assert (statuses, look(cloud, "/timelines")) == ([202, 202, 401], {"repository-1": ["watch"]})


def test_both_secrets_count_while_one_takes_over(file: Path) -> None:
    with simulate(app, secrets={**SECRETS, "webhook-secret": "new, demo"}, config={"database": str(file)}) as cloud:
        lines = [by_github("push", BODY, "d", secret=one) for one in (b"demo", b"new", b"guessed")]
        assert [answer.status for answer in play(cloud, lines)] == [202, 202, 401]


def test_a_delivery_that_no_message_holds_is_refused(cloud: Simulation) -> None:
    (answer,) = play(cloud, [sent("push", "acme/rocket", commits=[{"message": "x" * 200_000}])])
    assert answer.status == 413


# --- routed


def test_a_repository_keeps_its_order_past_one_that_fails(cloud: Simulation) -> None:
    cloud.fail(route, ConnectionError("the database is away"), times=2)
    play(cloud, [sent("issues", "acme/rocket", id=f"d{n}", action=f"{n}") for n in range(5)])
    cloud.run()
    (timeline,) = look(cloud, "/timelines").values()
    assert timeline == [f"issues {n}" for n in range(5)]


def test_events_and_fields_that_nobody_knows_are_tolerated(cloud: Simulation) -> None:
    play(cloud, [sent("teleport", "acme/rocket", action="engaged", to={"planet": ["Mars", None]})])
    cloud.advance(2 * HOUR)
    (mail,) = look(cloud, "/mails/berlin")
    assert mail["text"] == "acme/rocket: 1 rest\n  teleport engaged"
    assert look(cloud, "/dead-letters") == []


def test_what_is_not_as_documented_is_given_up_at_once_and_holds_up_nobody(cloud: Simulation) -> None:
    play(cloud, [sent("issues", "acme/rocket", issue=None), sent("push", "acme/rocket", ref="main")])
    cloud.run()
    assert look(cloud, "/dead-letters") == ["issues: Reject issues: issue not as documented"]
    assert [call.outcome for call in cloud.calls(code)] == ["done"]


def test_an_alert_does_not_wait_for_a_digest(cloud: Simulation) -> None:
    play(cloud, [sent("dependabot_alert", "acme/rocket", action="created")] * 2)
    cloud.run()
    assert subjects(cloud, "berlin") == ["acme/rocket: dependabot_alert created"]


def test_what_is_nobodys_is_kept_until_an_operator_says_whose_it_is(cloud: Simulation) -> None:
    play(cloud, [sent("star", "stranger/thing", action=action) for action in ("created", "deleted")])
    cloud.run()
    assert look(cloud, "/dead-letters") == ["star: Reject stranger is no team's"] * 2
    answers = play(cloud, [*assigned(["stranger"], "kolkata"), operator("POST /dead-letters/redrive")])
    cloud.run()
    assert [answer.text for answer in answers] == ["", "2"]
    assert look(cloud, "/dead-letters") == []
    assert list(look(cloud, "/timelines").values()) == [["star created", "star deleted"]]


def test_operators_have_a_key(cloud: Simulation) -> None:
    line = operator("POST /dead-letters/redrive")
    answers = play(cloud, [line, {**line, "headers": {"X-Api-Key": "guessed"}}])
    assert [answer.status for answer in answers] == [200, 401]


# --- digests


def test_digests_go_by_the_clocks_of_their_teams(cloud: Simulation) -> None:
    play(cloud, [sent("star", source) for source in ("acme/rocket", "yonder/map")])
    cloud.advance(DAY)
    assert subjects(cloud, "berlin") == ["By the day, until 03 January, 00:00", "By the hour, until 02 January, 14:00"]
    assert subjects(cloud, "kolkata") == ["By the day, until 03 January, 00:00", "By the hour, until 02 January, 18:00"]
    sent_at = {call.body["id"]: call.at for call in cloud.calls(deliver)}
    assert sent_at["berlin-day-2026-01-03T00+0100"] == datetime(2026, 1, 2, 23, 15, tzinfo=UTC)
    assert sent_at["kolkata-day-2026-01-03T00+0530"] == datetime(2026, 1, 2, 18, 45, tzinfo=UTC)


def test_what_comes_while_nobody_works_is_in_the_first_digest_after_it(cloud: Simulation) -> None:
    cloud.advance(DAY)
    play(cloud, [sent("star", "acme/rocket")])
    cloud.advance(2 * DAY)
    assert "By the hour, until 05 January, 08:00" in subjects(cloud, "berlin")


def test_what_is_handled_too_late_for_its_digest_is_in_the_next(file: Path) -> None:
    with simulated(file, faults=[Fault("delay", rest, 2, seconds=2 * HOUR.total_seconds())]) as cloud:
        play(cloud, [*TEAMS, *(sent("star", "acme/rocket", action=action) for action in ("created", "deleted"))])
        cloud.advance(3 * HOUR)
        texts = [mail["text"].splitlines()[1:] for mail in look(cloud, "/mails/berlin")]
        assert texts == [["  star created"], ["  star deleted"]]


def test_the_day_on_which_the_clocks_change_has_its_digest(file: Path) -> None:
    with simulated(file, start=datetime(2026, 3, 29, 12, tzinfo=UTC)) as cloud:
        play(cloud, [*TEAMS, sent("star", "acme/rocket")])
        cloud.advance(DAY)
        assert "By the day, until 30 March, 00:00" in subjects(cloud, "berlin")


def test_a_digest_that_is_made_twice_is_mailed_once(file: Path) -> None:
    with simulated(file, faults=[Fault("crash", "hourly_in_berlin", 2, after=True)]) as cloud:
        play(cloud, [*TEAMS, sent("star", "acme/rocket")])
        cloud.advance(2 * HOUR)
        assert subjects(cloud, "berlin") == ["By the hour, until 02 January, 14:00"]


# --- releases


def test_a_final_release_is_published_once_an_operator_grants_it(cloud: Simulation) -> None:
    play(cloud, [released(1), released(1, name="said twice")])
    cloud.run()
    assert (look(cloud, "/releases/1")["status"], len(cloud.calls(ask))) == ("running", 1)
    assert decide(cloud, 1, granted=True) == 202
    assert look(cloud, "/releases/1") == {"status": "completed", "why": None}
    assert "acme/rocket v1.0.0 is out" in subjects(cloud, "berlin")
    assert "acme/rocket v1.0.0 is out" in subjects(cloud, "kolkata")
    assert decide(cloud, 1, granted=True) == 404


def test_a_release_that_is_not_final_needs_no_word_and_is_for_its_team(cloud: Simulation) -> None:
    play(cloud, [released(1, prerelease=True)])
    cloud.run()
    assert look(cloud, "/releases/1")["status"] == "completed"
    assert (subjects(cloud, "berlin"), subjects(cloud, "kolkata")) == (["acme/rocket v1.0.0 is out"], [])


def test_all_that_a_release_lacks_is_told_at_once(cloud: Simulation) -> None:
    assets = [{"name": "rocket.zip", "size": 0, "state": "starter"}]
    play(cloud, [released(1, tag_name="latest", target_commitish="wip", assets=assets)])
    cloud.run()
    why = "NotReady latest is no version, wip is not maintained, rocket.zip was not uploaded"
    assert look(cloud, "/releases/1") == {"status": "failed", "why": why}
    assert cloud.calls(put_up) == []


@pytest.mark.parametrize(("wait", "why"), [(0, "Refused by ada"), (2, "Refused by nobody's word in two days")])
def test_what_is_refused_or_forgotten_is_not_put_up(cloud: Simulation, wait: int, why: str) -> None:
    play(cloud, [released(1)])
    cloud.run()
    cloud.advance(wait * DAY)
    assert decide(cloud, 1, granted=False) == (404 if wait else 202)
    assert (look(cloud, "/releases/1")["why"], cloud.calls(put_up)) == (why, [])


def test_a_version_is_one_release_and_what_was_put_up_of_another_is_taken_down(cloud: Simulation, file: Path) -> None:
    play(cloud, [released(1, tag_name="v1.0.0", prerelease=True)])
    cloud.run()
    play(cloud, [released(2, tag_name="v1.0.0", prerelease=True)])
    cloud.run()
    assert look(cloud, "/releases/2")["why"] == "VersionTaken v1.0.0 is 1"
    assert len(cloud.calls(take_down)) == 1
    marks = [Store(str(file)).mark_of(what) for what in ("mirrors 1", "mirrors 2", "version acme/rocket v1.0.0")]
    assert marks == ["up", "down", "1"]


@pytest.mark.parametrize("late", [begin, withdraw], ids=["begin", "withdraw"])
def test_a_release_that_is_deleted_is_not_published_in_whichever_order_that_is_heard(file: Path, late: Any) -> None:
    with simulated(file, faults=[Fault("delay", late, 1, seconds=60)]) as cloud:
        play(cloud, [*TEAMS, released(1), released(1, action="deleted")])
        cloud.run()
        assert look(cloud, "/releases/1") == {"status": "failed", "why": "Refused by GitHub"}


def test_a_step_that_comes_after_it_was_undone_does_nothing(cloud: Simulation, file: Path) -> None:
    play(cloud, [released(1, prerelease=True)])
    cloud.crash(put_up, times=3)
    cloud.run()
    assert look(cloud, "/releases/1")["why"].startswith("Crashed")
    Store(str(file)).claim("mirrors 1", "up")  # as a late attempt does
    assert Store(str(file)).mark_of("mirrors 1") == "down"


def test_who_is_told_of_a_release_is_told_once(file: Path) -> None:
    with simulated(file, faults=[Fault("crash", announce, 1, effect=1)]) as cloud:
        play(cloud, [*TEAMS, released(1)])
        cloud.run()
        decide(cloud, 1, granted=True)
        assert len(cloud.calls(announce)) == 2
        assert [subjects(cloud, team).count("acme/rocket v1.0.0 is out") for team in ("berlin", "kolkata")] == [1, 1]
        assert [one.id for one in cloud.executions(publish)] == ["1"]
