"""A small stand-in for the .NET host of Azure Functions, which no package registry offers.

    worker.py    a process: Microsoft's worker library (`azure-functions-runtime`) around one function app
    protos.py    the messages that the library exchanges with a host, as plain classes instead of protobuf
    bindings.py  triggers out of what the library indexed; a queue's message as trigger data
    host.py      FunctionsHost: takes from our broker, has the worker invoke, completes or abandons

Real are the decorators, the indexing, the annotation checks, the conversion of trigger data and the invocation. The
host is ours: it takes messages from the broker's entities directly (the host's own receiver is .NET and not ours to
test), counts deliveries from 1, completes what returned, abandons what raised or killed the worker, and settles a batch
as a whole. https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-service-bus-trigger

worker.py and protos.py run in the worker's own environment: standard library and Microsoft's packages only. So this
module imports nothing.
"""
