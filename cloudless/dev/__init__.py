"""What `cloudless dev` runs: the in-memory cloud on the real clock, behind an HTTP server.

    port.py     the socket, bound before anything else begins
    running.py  the application with all that looks at it       page/        what a browser shows of it
    server.py   uvicorn ──► Gateway, an ASGI application ──► the endpoints
    host.py     which Host headers are ours
    clock.py    real time ──► virtual time
    feed.py     what happens, told as it happens           words.py    what handlers print and log, for it
    issuer.py   keys of token issuers, from the network
    secrets.py  values of secrets, from options and the environment
    handover.py what one process leaves to the next
    reload.py   the process that watches files, and starts the one that does all of the above

Uvicorn's loop, the clock and every handler share one thread: a handler that blocks blocks everything. May import
`testing` and what is below. Needs the extra `dev` (uvicorn, Starlette), which is imported when the server starts.
"""
