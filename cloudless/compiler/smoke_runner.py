"""Runs in the Python that stands for the cloud's: a program, with nothing on sys.path but the library and the bundle.

Arguments: mark, program, root of the bundle, folders of packages. What the program raises is told
on stderr in one line of JSON behind the mark, null where it raised nothing. Standard library only, any Python.
"""

import json
import os
import sys
import traceback


def main(mark: str, program: str, *folders: str) -> int:
    """Run the program; 1 where it raised."""
    sys.path[:0] = folders
    with open(program, encoding="utf-8") as file:  # noqa: PTH123
        text = file.read()
    try:
        exec(compile(text, program, "exec"), {"__name__": "__main__"})  # nosec B102  # noqa: S102  (the entry that is tried)
    except BaseException as problem:  # noqa: BLE001
        sys.stderr.write("\n" + mark + json.dumps(_told(problem)) + "\n")
        return 1
    sys.stderr.write("\n" + mark + "null\n")  # a module may end Python with status 0 as well
    return 0


def _told(problem: BaseException) -> dict[str, object]:
    """The exception as data: its frames from the outermost on, and the module that was missing, if it is that."""
    frames = [[frame.filename, frame.lineno] for frame in traceback.extract_tb(problem.__traceback__)]
    if isinstance(problem, SyntaxError) and problem.filename:
        frames.append([problem.filename, problem.lineno])
    is_missing = isinstance(problem, ModuleNotFoundError)
    return {
        "type": type(problem).__name__,
        "text": str(problem),
        "frames": frames,
        "missing": (getattr(problem, "name", None) or "") if is_missing else "",
    }


if __name__ == "__main__":
    status = main(*sys.argv[1:])
    sys.stderr.flush()
    os._exit(status)  # threads that modules started are none of our business
