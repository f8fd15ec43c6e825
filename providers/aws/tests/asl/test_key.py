"""Keys of steps are the engine's, but for the name of the execution."""

from __future__ import annotations

from cloudless.conformance.orchestrations.module import loaded
from cloudless_aws.compile.asl import machine
from providers.aws.tests.asl.oracles import modelled
from providers.aws.tests.asl.oracles.emitted import TARGETS, input_of
from providers.aws.tests.asl.oracles.functions import Answer, Invocation
from providers.aws.tests.stepfunctions import Jsonata
from tests.keys import LEAST, NUMBERS, PROGRAM, engine_keys


def test_keys_and_ids_of_steps_are_the_engines(engine: Jsonata) -> None:
    seen: list[tuple[str, str]] = []

    def answer(asked: Invocation) -> Answer:
        context = asked.payload["ctx"]
        seen.append((context["key"].replace(context["execution"], "EXECUTION"), context["step"]))
        return Answer({"v": 1})

    with loaded(PROGRAM) as module:
        text = machine(module.application(), "main", {}, TARGETS).text
        definition = module.definition()
    assert modelled.run(text, input_of({"ns": NUMBERS}), answer, engine).output == {"v": 1}
    assert sorted(seen) == sorted(engine_keys(definition, "EXECUTION"))
    assert len({key for key, _ in seen}) == len(seen) > LEAST
