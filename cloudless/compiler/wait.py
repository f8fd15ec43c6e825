"""Waits: time that passes between two resources, for what holds some minutes after it was made. A resource of its own.

    waited = wait(document, "roles", {"roles": joined([reads, writes])}, made_s=120, after=[reads, writes])

It waits once, when it is made, and again when a trigger is another one; a deployment that changes nothing waits for
nothing. https://registry.terraform.io/providers/hashicorp/time/latest/docs/resources/sleep
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cloudless.compiler.document import Address, Document

TYPE = "time_sleep"
PROVIDER: Mapping[str, str] = {"source": "hashicorp/time", "version": "~> 0.14"}
"""Of Terraform, for `Document(providers={"time": PROVIDER})`."""


def wait(
    document: Document,
    label: str,
    triggers: Mapping[str, str],
    *,
    made_s: int = 0,
    gone_s: int = 0,
    after: Iterable[Address | str] = (),
    overlaps: bool = False,
    comment: str = "",
) -> Address:
    """A wait of that label, for others to depend on.

    triggers: expressions; another value makes another wait. made_s, gone_s: seconds that it takes to be made, and to be
    gone. after: what is there before it begins. overlaps: whether another one is made before this one goes.
    """
    before = [str(one) for one in after]
    arguments: dict[str, Any] = {
        **({"create_duration": f"{made_s}s"} if made_s else {}),
        **({"destroy_duration": f"{gone_s}s"} if gone_s else {}),
        "triggers": dict(triggers),
        **({"depends_on": before} if before else {}),
        **({"lifecycle": {"create_before_destroy": True}} if overlaps else {}),
    }
    return document.resource(TYPE, label, arguments, comment=comment)


def joined(addresses: Iterable[Address | str], several: Iterable[Address | str] = ()) -> str:
    """A trigger: the ids of resources, which are others once one of them is made anew. several: made by `for_each`."""
    ids = f"[{', '.join(f'{one}.id' for one in addresses)}]"
    lists = "".join(f", values({one})[*].id" for one in several)
    return f'${{join(" ", {f"concat({ids}{lists})" if lists else ids})}}'
