from datetime import timedelta

import pytest
from app import DIRECTOR, Wish, app, mails, purchase

from cloudless.testing import Answer, Simulation, explore, simulate

KEY = {"link-key": "an example of thirty-two letters"}
DAY = timedelta(days=1)


def start(cloud: Simulation, id: str = "1") -> None:
    wish = Wish(id=id, what="a desk", of="ada", manager="grace")
    assert cloud.http.post("/purchases", json=wish).status == 202
    cloud.run()


def links(cloud: Simulation) -> list[str]:
    """Path and query of each link that was mailed, in order."""
    words = [mail["text"].split()[-1] for mail in cloud.sent(mails)]
    return [word.removeprefix("https://purchases.example") for word in words if word.startswith("https:")]


def decide(cloud: Simulation, link: str, word: str) -> Answer:
    """What comes of a button on the page of a link."""
    answer = cloud.http.post(link.replace("/answers", f"/answers/{word}"))
    cloud.run()
    return answer


@pytest.mark.parametrize(("word", "outcome"), [("yes", "granted"), ("no", "refused")])
def test_what_the_manager_says_is_done_and_told(word: str, outcome: str) -> None:
    with simulate(app, secrets=KEY) as cloud:
        start(cloud)
        assert decide(cloud, links(cloud)[0], word).status == 202
        assert purchase.execution("1").result() == outcome
        assert [mail["to"] for mail in cloud.sent(mails)] == ["grace", "ada"]
        assert cloud.sent(mails)[-1]["text"] == f"a desk: {outcome}"


def test_the_manager_is_reminded_after_a_day_and_may_use_either_link() -> None:
    for number in (0, 1):
        with simulate(app, secrets=KEY) as cloud:
            start(cloud)
            cloud.advance(DAY * 1.5)
            assert [mail["to"] for mail in cloud.sent(mails)] == ["grace", "grace"]
            decide(cloud, links(cloud)[number], "yes")
            assert purchase.execution("1").result() == "granted"


def test_the_director_is_asked_after_two_days() -> None:
    with simulate(app, secrets=KEY) as cloud:
        start(cloud)
        cloud.advance(DAY * 2)
        assert cloud.sent(mails)[-1]["to"] == DIRECTOR
        decide(cloud, links(cloud)[-1], "no")
        assert purchase.execution("1").result() == "refused"


def test_what_nobody_answers_is_refused_after_three_days() -> None:
    with simulate(app, secrets=KEY) as cloud:
        start(cloud)
        cloud.advance(DAY * 3 - timedelta(seconds=1))
        assert purchase.execution("1").status() == "running"
        cloud.advance(timedelta(seconds=1))
        assert purchase.execution("1").status() == "completed"
        assert purchase.execution("1").result() == "refused, since nobody answered"
        assert cloud.sent(mails)[-1]["to"] == "ada"


def test_a_link_counts_once() -> None:
    with simulate(app, secrets=KEY) as cloud:
        start(cloud)
        for word in ("yes", "no"):
            link = links(cloud)[0].replace("/answers", f"/answers/{word}")
            assert cloud.http.post(link).status == 202  # at once: the second one does nothing
        cloud.run()
        assert purchase.execution("1").result() == "granted"
        assert decide(cloud, links(cloud)[0], "no").status == 409


def test_who_only_looks_at_the_link_decides_nothing() -> None:
    with simulate(app, secrets=KEY) as cloud:
        start(cloud)
        page = cloud.http.get(links(cloud)[0])
        assert (page.status, "Purchase 1" in page.text) == (200, True)
        cloud.run()
        assert purchase.execution("1").status() == "running"


def test_a_link_of_one_purchase_does_not_answer_for_another() -> None:
    with simulate(app, secrets=KEY) as cloud:
        start(cloud, "1")
        start(cloud, "2")
        one, two = links(cloud)
        forged = one.partition(".")[0] + "." + two.partition(".")[2]
        assert (decide(cloud, forged, "yes").status, cloud.http.get(forged).status) == (403, 403)
        assert purchase.execution("1").status() == "running"


def test_a_link_is_good_for_two_days() -> None:
    with simulate(app, secrets=KEY) as cloud:
        start(cloud)
        cloud.advance(DAY * 2)
        assert (decide(cloud, links(cloud)[0], "yes").status, cloud.http.get(links(cloud)[0]).status) == (410, 410)
        assert purchase.execution("1").status() == "running"


@explore(app, examples=100, secrets=KEY)
def test_an_answer_counts_whatever_goes_wrong(cloud: Simulation) -> None:
    execution = purchase.options(id="1").start(Wish(id="1", what="a desk", of="ada", manager="grace"))
    cloud.run()
    while links(cloud) and decide(cloud, links(cloud)[0], "yes").status >= 500:
        pass  # who sees an error tries again
    cloud.advance(DAY * 4)
    died = execution.error is not None and execution.error.type == "Crashed"  # one step, three times
    assert died or execution.result() == "granted"
