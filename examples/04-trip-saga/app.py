"""A trip is a flight, a room and a car, or nothing: where a step fails, what was booked is cancelled, in reverse."""

from datetime import timedelta

from companies import Company, SoldOut
from pydantic import BaseModel

from cloudless import App, CompensationFailed, Retry, saga
from cloudless.errors import NotFound

app = App("trips", errors={NotFound: 404, SoldOut: 409})
airline, hotel, garage = Company("flight"), Company("room"), Company("car", left=1)


class Trip(BaseModel):
    id: str
    to: str


class Booked(BaseModel):
    flight: str
    room: str
    car: str


class Stuck(BaseModel):
    """A trip that could neither be booked nor be undone."""

    id: str
    reason: str
    not_undone: int


office = app.queue("office", Stuck)


@app.function
def book_flight(trip: str) -> str:
    return airline.book(trip)


@app.function
def book_room(trip: str) -> str:
    return hotel.book(trip)


@app.function(retry=Retry(attempts=3, delay=timedelta(seconds=2), on=[ConnectionError]))
def book_car(trip: str) -> str:
    """A bad line is worth three attempts; that no car is left, is not."""
    return garage.book(trip)


@app.function
def cancel_flight(trip: str) -> None:
    airline.cancel(trip)


@app.function
def cancel_room(trip: str) -> None:
    hotel.cancel(trip)


@app.function
def cancel_car(trip: str) -> None:
    garage.cancel(trip)


@app.orchestration
def travel(trip: Trip) -> Booked:
    """What undoes a booking is registered *before* it: a step that died may have booked all the same."""
    try:
        with saga() as undo:
            undo.on_failure(cancel_flight, trip.id)
            flight = book_flight(trip.id)
            undo.on_failure(cancel_room, trip.id)
            room = book_room(trip.id)
            undo.on_failure(cancel_car, trip.id)
            car = book_car(trip.id)
            return Booked(flight=flight, room=room, car=car)
    except CompensationFailed as failed:
        office.send(Stuck(id=trip.id, reason=f"{failed.original}", not_undone=len(failed.failures)))
        raise


@office.consumer
def tell(stuck: Stuck) -> None:
    """Somebody calls the hotel."""


@app.post("/trips", public=True, status=202)
def create(trip: Trip) -> dict[str, str]:
    """An id has one execution, so whoever asks again does no harm."""
    return {"id": travel.options(id=trip.id).start(trip).id}


@app.get("/trips/{id}", public=True)
def show(id: str) -> Booked | None:
    """The bookings, nothing (204) while they are made, or 409 with what was sold out."""
    trip = travel.execution(id)
    return None if trip.status() == "running" else trip.result()
