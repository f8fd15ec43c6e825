"""A shell in which `cloudless`, `python` and `pytest` start at once: forks of one process that has imported them.

Starting Python, and importing pytest, Hypothesis, pydantic, the command line and the compilers takes most commands
longer than what they do. A script runs as it stands, with its pipes and its `set -e`:

    with Shell() as shell:
        done = shell.run("cloudless check && python -m pytest -q", folder)

    shell.py     the context, and what it puts on the path
    client.py    a command on the path: hands over its arguments, its environment, and its three files
    worker.py    what is forked

The commands differ from those of an environment in this: no plugin of pytest is loaded that nobody names, and what was
imported stays imported, whatever PYTHONPATH says of it.
"""

from tests.shell.shell import Done, Shell

__all__ = ["Done", "Shell"]
