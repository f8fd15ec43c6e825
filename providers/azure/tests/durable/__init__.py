"""A stand-in for the Durable Functions extension, which is .NET and needs a storage account.

    history.py   the events of an instance, as the extension writes and sends them
    actions.py   what an orchestrator answered: the tree of its actions, and which of them the extension has come to
    instance.py  one execution: its history, what it scheduled, how it ended
    chaos.py     what may go wrong: order, batches, lost workers
    failures.py  how calls of orchestrators and activities end otherwise than by a value
    host.py      Host: a virtual clock, the queue of what is to come, turns and activities
    status.py    the status of an instance, and its history, as the HTTP API shows them
    api.py       the HTTP API that functions of the app use
    hub.py       Hub: the extension of one function app: a host on the broker's clock, and the API
    executions.py, runner.py, fuzz.py   orchestrations of ours, programs of the corpus, generated ones, in this process
    deployed.py, answers.py             the same in a deployed function app, under the worker library
    sample.py    the same orchestrators on Microsoft's own test engine, in real time

Real is the SDK (azure-functions-durable): each turn hands the whole history, as JSON, to its replay executor and takes
actions, as JSON. https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-orchestrations

After the extension's own code (OutOfProcOrchestrationShim.ProcessAsyncActionsV2): it goes through the actions of an
answer in order and *awaits* each. What stands after an action that is not complete is not scheduled yet, however much
the orchestrator went on. Tasks are numbered in the order of scheduling; waits for events have no number.
"""
