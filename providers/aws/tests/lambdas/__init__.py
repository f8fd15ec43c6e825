"""A model of Lambda: functions under Amazon's runtime client, invoked by name, version or alias.

    worker.py    a process: awslambdaric around one handler, forked from one that has imported what handlers import
    warm.py      what the SDK reads from files, read before
    ──── above: in the environment of functions; below: in that of tests
    function.py  a function as it was deployed, and its environment
    service.py   Lambda: instances, invocations, time-outs, limits

Ours, not AWS's: written from the vendor's pages, which each file cites. Real are the runtime client, the handler's
process and the role's credentials in it. Kinder than Lambda: memory and disk are not limited, the file system can be
written, and a process goes on between invocations. This module imports nothing, since workers do.
"""
