from datetime import timedelta
from typing import Any

import pytest
from app import Booked, Trip, airline, app, book_car, book_flight, book_room, cancel_room, garage, hotel, office, travel
from companies import SoldOut

from cloudless import CompensationFailed, Execution
from cloudless.errors import Crashed
from cloudless.testing import Fault, Simulation, explore, simulate

COMPANIES = (airline, hotel, garage)


def start() -> Execution[Booked]:
    """Start a trip in a world where nothing is booked."""
    for company in COMPANIES:
        company.clear()
    return travel.options(id="t").start(Trip(id="t", to="Rome"))


def steps(cloud: Simulation) -> list[str]:
    """The steps, in order, that did their work."""
    return [event.resource for event in cloud.trace if event.kind == "step" and event.outcome == "done"]


def booked() -> list[bool]:
    return [company.has("t") for company in COMPANIES]


def test_a_trip_is_booked_once_however_often_it_is_asked_for() -> None:
    with simulate(app) as cloud:
        for _ in range(2):
            assert cloud.http.post("/trips", json={"id": "t", "to": "Rome"}).status == 202
        assert cloud.http.get("/trips/t").status == 204
        cloud.run()
        assert cloud.http.get("/trips/t").json() == {"flight": "flight t", "room": "room t", "car": "car t"}
        assert steps(cloud) == ["book_flight", "book_room", "book_car"]


@pytest.mark.parametrize(
    ("step", "undone"),
    [
        (book_flight, ["cancel_flight"]),
        (book_room, ["cancel_room", "cancel_flight"]),
        (book_car, ["cancel_car", "cancel_room", "cancel_flight"]),
    ],
    ids=["flight", "room", "car"],
)
def test_what_was_booked_is_cancelled_the_last_one_first(step: Any, undone: list[str]) -> None:
    with simulate(app) as cloud:
        cloud.fail(step, SoldOut("nothing left", "seats"))
        trip = start()
        cloud.run()
        with pytest.raises(SoldOut, match="nothing left") as caught:
            trip.result()
        assert caught.value.what == "seats"
        assert steps(cloud)[-len(undone) :] == undone
        assert booked() == [False, False, False]


def test_a_cancellation_that_fails_does_not_stop_the_others() -> None:
    with simulate(app) as cloud:
        cloud.fail(book_car, SoldOut("no car left", "car"))
        cloud.fail(cancel_room, ConnectionError("the hotel does not answer"))
        trip = start()
        cloud.run()
        with pytest.raises(CompensationFailed) as caught:
            trip.result()
        assert isinstance(caught.value.original, SoldOut)
        assert [str(failure) for failure in caught.value.failures] == ["the hotel does not answer"]
        assert len(cloud.calls(cancel_room)) == 3
        assert booked() == [False, True, False]
        assert cloud.sent(office) == [{"id": "t", "reason": "no car left", "not_undone": 1}]


def test_a_bad_line_is_tried_three_times() -> None:
    with simulate(app) as cloud:
        cloud.fail(book_car, ConnectionError("bad line"), times=2)
        trip = start()
        began = cloud.now
        cloud.run()
        assert trip.status() == "completed"
        assert [call.outcome for call in cloud.calls(book_car)] == ["failed", "failed", "done"]
        assert cloud.now - began == timedelta(seconds=2 + 4)


def test_that_no_car_is_left_is_not_tried_again_and_told() -> None:
    with simulate(app) as cloud:
        cloud.fail(book_car, SoldOut("no car left", "car"))
        start()
        cloud.run()
        assert len(cloud.calls(book_car)) == 1
        answer = cloud.http.get("/trips/t")
        assert (answer.status, answer.json()["detail"]) == (409, "no car left")


def test_a_step_that_dies_after_it_has_booked_is_done_again_and_books_once() -> None:
    with simulate(app, faults=[Fault("crash", book_room, 1, after=True)]) as cloud:
        trip = start()
        cloud.run()
        assert trip.status() == "completed"
        assert [call.outcome for call in cloud.calls(book_room)] == ["crash", "done"]


@pytest.mark.parametrize("step", [book_flight, book_room, book_car])
def test_a_step_that_dies_three_times_after_it_has_booked_is_undone(step: Any) -> None:
    with simulate(app, faults=[Fault("crash", step, call, after=True) for call in (1, 2, 3)]) as cloud:
        trip = start()
        cloud.run()
        with pytest.raises(Crashed):
            trip.result()
        assert booked() == [False, False, False]


@pytest.mark.parametrize("cars", [1, 0])
@explore(app, examples=50)
def test_all_of_a_trip_is_booked_or_nothing_whatever_goes_wrong(cloud: Simulation, cars: int) -> None:
    if cars == 0:
        cloud.fail(book_car, SoldOut("no car left", "car"))
    trip = start()
    cloud.run()
    assert booked() == [trip.status() == "completed"] * 3 or cloud.sent(office)
