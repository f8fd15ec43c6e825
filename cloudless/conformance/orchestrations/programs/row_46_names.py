"""Variables may be called as other languages call what is theirs."""

from cloudless import App, gather
from cloudless.conformance.orchestrations import play

app = App("corpus")


@app.function
def step(args: int, input: str) -> int:
    return play("step", args=args, input=input)


@app.orchestration
def main(count: int, states: list[int], default: dict[str, int]) -> dict[str, int]:
    error = count + 1
    result = [error]
    switch = "a"
    for map in states:
        for in_ in result:
            count += map * in_
    uuid, sys = gather(step(count, "x"), step(args=error, input=switch))
    a_name_that_is_as_long_as_no_name_of_a_variable_should_ever_be_and_then_even_longer_than_eighty_characters = 8
    größe = default.get(
        "true",
        a_name_that_is_as_long_as_no_name_of_a_variable_should_ever_be_and_then_even_longer_than_eighty_characters,
    )
    next = 0
    return {"count": count, "uuid": uuid, "sys": sys, "error": error, "größe": größe, "next": next + len(states)}
