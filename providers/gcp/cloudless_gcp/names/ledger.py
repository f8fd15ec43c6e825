"""Names of databases: the ledger's, and that of what the broker keeps. A name has 4 to 63 characters.

https://cloud.google.com/firestore/docs/manage-databases#database_id
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from cloudless_gcp.names.place import Place


def ledger_id(place: Place) -> str:
    """What the ledger's database is called."""
    return f"{place.prefix}-ledger"


def ledger_of(place: Place) -> str:
    """The full name of the ledger's database."""
    return place.of_project("databases", ledger_id(place))


def executions_id(place: Place) -> str:
    """What the database is called in which the broker keeps executions and their events."""
    return f"{place.prefix}-executions"


def executions_of(place: Place) -> str:
    """The full name of that database."""
    return place.of_project("databases", executions_id(place))
