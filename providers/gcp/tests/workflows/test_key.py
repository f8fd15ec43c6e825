"""Keys of steps are the engine's."""

from __future__ import annotations

from cloudless.conformance.orchestrations.module import loaded
from providers.gcp.tests.gcwsim import Request, Response, run
from providers.gcp.tests.workflows.oracles.emitted import BASE, BROKER, EXECUTION, document_of, text_of
from tests.keys import LEAST, NUMBERS, PROGRAM, engine_keys


def test_keys_and_ids_of_steps_are_the_engines() -> None:
    seen: list[tuple[str, str]] = []

    def answer(request: Request) -> Response:
        if request.url == BASE + BROKER:
            return Response(200, {"v": {"args": {"ns": NUMBERS}, "from": {}}})
        seen.append((request.body["ctx"]["key"], request.body["ctx"]["step"]))
        return Response(200, {"v": 1})

    with loaded(PROGRAM) as module:
        text, definition = text_of(module.application()), module.definition()
    assert run(document_of(text), {"id": EXECUTION}, answer).result == {"v": 1}
    assert sorted(seen) == sorted(engine_keys(definition, EXECUTION))
    assert len({key for key, _ in seen}) == len(seen) > LEAST
