"""The lines of a call: reached, or only watched. By `sys.settrace`, for the call in question alone.

CPython traces nothing while a trace function runs: where a handler stands still at a line, those that run meanwhile
have no lines. https://docs.python.org/3/library/sys.html#sys.settrace
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.source import is_ours

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import FrameType

    from cloudless.memory.fault import Fault

    Tracer = Callable[[FrameType, str, Any], Any]


def striker(faults: Sequence[Fault], file: str, strike: Callable[[Fault], None]) -> Tracer:
    """What strikes before the lines of faults, each once. file: of lines that are bare numbers."""
    places = [(fault, *_place(fault.line, file)) for fault in faults]

    def on_line(frame: FrameType, event: str, _: Any) -> Any:
        for place in list(places) if event == "line" else ():
            fault, name, line = place
            if frame.f_lineno == line and is_of(frame.f_code.co_filename, name):
                places.remove(place)
                strike(fault)
        return on_line

    return lambda frame, event, _: on_line if _has(frame, places) else None


def watcher(folders: tuple[str, ...], seen: set[tuple[str, int]]) -> Tracer:
    """What notes the (file, line) of the program that are run; libraries below its folders are not of it."""

    def on_line(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            seen.add((frame.f_code.co_filename, frame.f_lineno))
        return on_line

    def is_program(file: str) -> bool:
        return file.startswith(folders) and "site-packages" not in file and not is_ours(file)

    return lambda frame, event, _: on_line if is_program(frame.f_code.co_filename) else None


def is_of(file: str, name: str) -> bool:
    """Whether a file is the one that a name, or the end of one, stands for."""
    file, name = file.replace("\\", "/"), name.replace("\\", "/")
    return (file == name or file.endswith(f"/{name}")) and not is_ours(file)


def _has(frame: FrameType, places: list[tuple[Fault, str, int]]) -> bool:
    return any(is_of(frame.f_code.co_filename, name) for _, name, _ in places)


def _place(line: int | str, file: str) -> tuple[str, int]:
    """Name and number of "file.py:12"; of a bare number, in the given file."""
    name, _, number = str(line).rpartition(":")
    return name or file, int(number)
