"""What runs inside a deployed function on Google Cloud: its events to invocations, outcomes to its replies.

May import: `cloudless.runtime` and below, `cloudless_gcp.clients` on first use. Travels in the bundle,
and so loads only the standard library's cheap modules when imported.
"""
