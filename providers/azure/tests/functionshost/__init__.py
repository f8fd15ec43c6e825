"""A small stand-in for the .NET host of Azure Functions, which no package registry offers.

    worker.py     a process: Microsoft's worker library (`azure-functions-runtime`) around one function app
    protos.py     the messages that the library exchanges with a host, as plain classes instead of protobuf
    typed.py      the values in them, as host and worker exchange them
    ──── above: in the worker's own environment, standard library and Microsoft's packages only; below: in that of tests
    launcher.py   how worker processes come to be
    process.py    Worker: the host's side of one process
    invoker.py    Invoker: calls in the processes of one app; time-outs, processes that end
    settings.py   host.json, and the app settings that override it
    bindings.py   what the library indexed, by kind of trigger; a queue's messages as trigger data
    queues.py     the Service Bus listener: takes, renews, settles
    ncrontab.py, timer.py       timers: when they are due, what they are told
    route.py, http.py           routes, requests, answers
    sanitizer.py  what the host makes of the texts of exceptions
    host.py       FunctionsHost: one app, with what calls its functions
    ──── and of tests/hosting: the process that workers are forked from, the time in a file, HTTP on loopback

Real are the decorators, the indexing, the annotation checks, the conversion of trigger data and the invocation. The
host is ours, after Microsoft's documentation and the source of https://github.com/Azure/azure-functions-host and
https://github.com/Azure/azure-webjobs-sdk-extensions. It takes messages from the broker's entities directly (the
host's own receiver is .NET and not ours to test), counts deliveries from 1, completes what returned, abandons what
raised or ended the worker, and settles a list as a whole.
https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-service-bus-trigger

Kinder than the host: one app is one host with its workers, nothing is scaled; time passes between calls, not in them;
bindings that our apps do not have are refused. This module imports nothing, since workers do.
"""
