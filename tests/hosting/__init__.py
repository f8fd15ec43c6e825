"""What stand-ins for clouds share: forked processes, time and web pages in files, HTTP on loopback.

    http.py      requests and answers, as plain data
    loopback.py  a server on 127.0.0.1 in front of anything that answers them
    serving.py   the thread of such a server, which sleeps until somebody connects
    template.py  templates of paths, and what they match
    web.py       real requests to what is deployed, and issuers of tokens
    timefile.py  what time it is, in a file: the clock of a test, for processes that it cannot reach
    launcher.py  how such processes come to be     zygote.py  what they are forked from
    started.py   such a process, and what it prints
    upstream.py  a server that requests are passed on to
    unpacked.py  packages, unpacked                warm.py    what forked processes need of pydantic
    imported.py  what modules a platform and our entries load
    stage.py     applications of the suite, deployed once a session
    patches.py   what tests change in them

May import: the standard library, cloudless, tests.tools.
"""
