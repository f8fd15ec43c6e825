from app import app, greet, greetings

from cloudless.testing import simulate


def test_everybody_is_greeted() -> None:
    with simulate(app) as cloud:
        greetings.send({"name": "Ada"})
        greetings.send({"name": "Grace"})
        cloud.run()
        assert {call.body["name"] for call in cloud.calls(greet)} == {"Ada", "Grace"}


def test_a_greeting_without_a_name_is_tried_five_times_and_kept() -> None:
    with simulate(app) as cloud:
        greetings.send({"nickname": "Countess"})
        cloud.run()
        (letter,) = cloud.dead_letters(greetings)
        assert letter.error.type == "KeyError"
        assert len(cloud.calls(greet)) == 5
