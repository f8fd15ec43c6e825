"""A model of Cloud Run functions: services under Google's functions-framework, an instance at a time and more.

    worker.py    a process: functions-framework and its gunicorn around one function, forked from a warm one
    ──── above: in the environment of functions; below: in that of tests
    function.py  a function as it was deployed, and its environment
    instance.py  one process, and requests to it
    service.py   CloudRun: instances of all functions, limits, time-outs

Ours, not Google's: written from its pages, which each file cites. Real are functions-framework, gunicorn and the
function's process. Kinder than Cloud Run: memory and disk are not limited, the file system can be written, and a
process goes on between requests. This module imports nothing, since workers do.
"""
