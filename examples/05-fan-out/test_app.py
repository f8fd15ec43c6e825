from datetime import timedelta

from app import app, count_words, most_common, survey, surveys

from cloudless.testing import Fault, simulate


def test_a_thousand_documents_are_counted_and_the_torn_one_is_told() -> None:
    with simulate(app) as cloud:
        id = cloud.http.post("/surveys/archive").json()["id"]
        assert cloud.http.get(f"/surveys/{id}").status == 204
        cloud.run()
        done = cloud.http.get(f"/surveys/{id}").json()
        assert done == {
            "read": 999,
            "common": ["the: 998", "is: 749", "be: 500"],
            "unread": ["archive/3: UnicodeDecodeError"],
        }
        assert cloud.published(surveys) == [done]
        assert len(cloud.calls(count_words)) == 1_000


def test_fifty_documents_are_read_at_a_time() -> None:
    with simulate(app) as cloud:
        began = cloud.now
        cloud.takes(count_words, timedelta(seconds=1))
        survey("archive")
        assert cloud.now - began == timedelta(seconds=1_000 / 50)


def test_a_store_that_does_not_answer_is_asked_three_times() -> None:
    with simulate(app) as cloud:
        cloud.fail(count_words, ConnectionError("no answer"), times=2)
        assert survey("sample").unread == ["sample/3: UnicodeDecodeError"]
        assert sorted(call.attempt for call in cloud.calls(count_words)) == [1, 1, 1, 1, 1, 1, 2, 2]


def test_a_store_that_never_answers_leaves_everything_unread() -> None:
    with simulate(app) as cloud:
        cloud.fail(count_words, ConnectionError("no answer"))
        done = survey("sample")
        assert (done.read, done.common) == (0, [])
        assert done.unread == [f"sample/{number}: ConnectionError" for number in range(6)]


def test_what_was_counted_is_not_counted_again_when_the_engine_dies() -> None:
    with simulate(app, faults=[Fault("crash", survey, 500)]) as cloud:
        assert survey("archive").read == 999
        assert len(cloud.calls(count_words)) == 1_001  # the end of one was not recorded yet


def test_words_that_are_equally_common_are_in_order_of_the_alphabet() -> None:
    assert most_common([{"the": 1, "be": 2}, {"the": 3}, {"to": 2}, {"a": 1}]) == ["the: 4", "be: 2", "to: 2"]
