"""Circles of a graph: nodes from each of which one comes back to it, together (strongly connected components).

Kosaraju's way: https://en.wikipedia.org/wiki/Kosaraju%27s_algorithm. May import: the standard library.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Graph = Mapping[str, Iterable[str]]
"""From each node to those after it, all of which are nodes."""


def circles(after: Graph) -> dict[str, frozenset[str]]:
    """The circle of each node that is on one, with all that are on it; a node after itself is one alone."""
    before: dict[str, list[str]] = {node: [] for node in after}
    for node, others in after.items():
        for other in others:
            before[other].append(node)
    found: dict[str, frozenset[str]] = {}
    placed: set[str] = set()
    for start in reversed(_ended(after)):
        circle = frozenset(_reached(before, start, placed))
        if len(circle) > 1 or start in after[start]:
            found.update(dict.fromkeys(circle, circle))
    return found


def _ended(after: Graph) -> list[str]:
    """Every node, behind all that can be come to from it and not back."""
    ended: list[str] = []
    seen: set[str] = set()
    for start in after:
        path = [(start, iter(after[start]))] if start not in seen else []
        seen.add(start)
        while path:
            node, others = path[-1]
            other = next((one for one in others if one not in seen), None)
            if other is None:
                ended.append(node)
                path.pop()
            else:
                seen.add(other)
                path.append((other, iter(after[other])))
    return ended


def _reached(before: Graph, start: str, placed: set[str]) -> list[str]:
    """What can be come to and has no place yet; it has one then."""
    found = [] if start in placed else [start]
    placed.add(start)
    for node in found:
        new = [one for one in dict.fromkeys(before[node]) if one not in placed]
        placed.update(new)
        found += new
    return found
