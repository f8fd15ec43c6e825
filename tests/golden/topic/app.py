"""A topic with a filtered subscriber, and a forward to an ordered queue's neighbour."""

from cloudless import App, any_of

app = App("shop")
placed = app.topic("placed", dict, attributes=["region"])
archive = app.queue("archive", dict)
steps = app.ordered_queue("steps", dict)


@placed.subscriber(where={"region": any_of("eu", "us")})
def mail(order: dict) -> None: ...


placed.forward(archive, where={"region": "eu"})


@steps.consumer
def step(order: dict) -> None:
    placed.publish(order)
