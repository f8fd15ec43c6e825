"""The page of `cloudless dev`: what the application is, what happens in it, and what a person may do.

    feed.py's news ──Author──► Entry ──Journal──┬─► Stream ──server-sent events──► static/: the page in the browser
    cloud, clock ──Reader──► Status ────────────┘                                        │
    cloud ◄──Actions── POST ◄────────────────────────────────────────────────────────────┘

    entry.py      one thing that happened          journal.py    the last of them       stream.py   them, as they happen
    status.py     how it stands                    catalogue.py  what there is          sample.py   values for forms
    view.py       what is asked when somebody looks closer       action.py, given.py    what is done
    guard.py      who may ask                      site.py       the whole, below /_cloudless
    clean.py      texts without secrets            plain.py      nodes as JSON
    static/       the front end: HTML, CSS and ES modules as they stand, no build (docs/decisions/0035)

Everything is bounded: the journal, a frame, a list. Needs Starlette (extra `dev`), which is imported by site.py alone.
"""
