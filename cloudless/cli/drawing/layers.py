"""Which layer the boxes of a picture are in, and in which order: arrows point right, and few of them cross.

    arrows ──sequence──► without circles ──ranks──► a rank each ──chained──► cells ──ordered──► Layers

The method is Sugiyama's: https://en.wikipedia.org/wiki/Layered_graph_drawing. Boxes stand in even layers, labels of
arrows in the odd ones between them, and an arrow that passes a layer has a place of its own there: so nothing that
is drawn lies on anything else. Boxes and arrows are numbers; what they look like is the business of layout.py.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean

SWEEPS = 24  # more changes nothing in pictures that a person can read
ROW = 4  # boxes without arrows stand in rows of at least so many

Arrow = tuple[int, int]
"""From one box to another."""

Near = Mapping[int, Sequence[int]]
"""The neighbours of cells on one side; cells without any are left out."""

Band = Sequence[Sequence[int]]
"""Cells of each layer from the top down, of boxes that hang together."""


@dataclass(frozen=True, slots=True)
class Layers:
    """layer: of each cell, from the left; cells 0 to the number of boxes are the boxes.

    chains: the cells of each arrow from left to right, with the boxes at its ends; an arrow from a box to itself has
    no cells between. backward: arrows that point left. bands: to be drawn one below the other.
    """

    layer: Sequence[int]
    chains: Sequence[Sequence[int]]
    backward: frozenset[int]
    bands: Sequence[Band]


def layered(boxes: int, arrows: Sequence[Arrow]) -> Layers:
    """Arrange so many boxes and the arrows between them; the same every time.

    Where a circle may begin with any of its boxes, it begins with the lowest number.
    """
    groups = _groups(boxes, arrows)
    rank = _ranks(_sequence(boxes, arrows), arrows)
    rank |= _dealt(groups[-1], 1 + max(rank.values(), default=0)) if groups else {}
    backward = frozenset(at for at, (source, target) in enumerate(arrows) if rank[source] > rank[target])
    layer, chains = _chained(rank, arrows, backward)
    return Layers(
        layer,
        chains,
        backward,
        [_ordered(_split(group, layer, chains), *sides(chains)) for group in groups if group],
    )


def sides(chains: Iterable[Sequence[int]]) -> tuple[Near, Near]:
    """The neighbours of each cell in the layer before it, and in the layer behind it."""
    before: dict[int, list[int]] = {}
    after: dict[int, list[int]] = {}
    for left, right in (link for chain in chains for link in pairwise(chain)):
        if left != right:
            before.setdefault(right, []).append(left)
            after.setdefault(left, []).append(right)
    return before, after


# --- boxes


def _groups(boxes: int, arrows: Sequence[Arrow]) -> list[list[int]]:
    """Boxes that hang together, large groups first; the last one has all boxes that are alone."""
    group = list(range(boxes))
    for source, target in arrows:
        one, other = sorted((group[source], group[target]))
        if one != other:
            group = [one if number == other else number for number in group]
    members: dict[int, list[int]] = {}
    for box, number in enumerate(group):
        members.setdefault(number, []).append(box)
    several = [found for found in members.values() if len(found) > 1]
    alone = [found[0] for found in members.values() if len(found) == 1]
    return [*sorted(several, key=len, reverse=True), alone]


def _sequence(boxes: int, arrows: Sequence[Arrow]) -> list[int]:
    """Every box, such that few arrows point back (Eades, Lin and Smyth 1993)."""
    first: list[int] = []
    last: list[int] = []
    left = set(range(boxes))
    fed = Counter(target for _, target in arrows)
    while left:
        inner = [one for one in arrows if one[0] != one[1] and left.issuperset(one)]
        out, into = Counter(source for source, _ in inner), Counter(target for _, target in inner)
        if sinks := sorted(left - out.keys()):
            last = sinks + last
        elif sources := sorted(left - into.keys()):
            first += sources
        else:  # circles: begin with what feeds most of them, else with what is fed from outside
            first.append(max(left, key=lambda box: (out[box] - into[box], fed[box] - into[box], -box)))
        left -= {*first, *last}
    return first + last


def _ranks(sequence: Sequence[int], arrows: Sequence[Arrow]) -> dict[int, int]:
    """The longest way to each box; what feeds more than feeds it stands close to that instead."""
    place = {box: at for at, box in enumerate(sequence)}
    before, after = sides(sorted(arrow, key=place.__getitem__) for arrow in arrows)
    rank: dict[int, int] = {}
    for box in sequence:
        rank[box] = max((rank[one] + 1 for one in before.get(box, ())), default=0)
    for box in reversed(sequence):
        if len(after.get(box, ())) > len(before.get(box, ())):
            rank[box] = min(rank[one] for one in after[box]) - 1
    return rank


def _dealt(alone: Sequence[int], columns: int) -> dict[int, int]:
    """Ranks of boxes without arrows, row by row."""
    wide = max(columns, min(ROW, len(alone)))
    return {box: at % wide for at, box in enumerate(alone)}


# --- cells


def _chained(
    rank: Mapping[int, int], arrows: Sequence[Arrow], backward: Collection[int]
) -> tuple[list[int], list[Sequence[int]]]:
    """The layer of each cell, and the cells of each arrow; those of arrows that point left come last, so lowest."""
    layer = [2 * rank[box] for box in range(len(rank))]
    chains: dict[int, Sequence[int]] = {}
    for at in sorted(range(len(arrows)), key=lambda at: at in backward):
        left, right = sorted(arrows[at], key=rank.__getitem__)
        passed = range(layer[left] + 1, layer[right])
        chains[at] = (left, *range(len(layer), len(layer) + len(passed)), right)
        layer.extend(passed)
    return layer, [chains[at] for at in range(len(arrows))]


def _split(group: Iterable[int], layer: Sequence[int], chains: Sequence[Sequence[int]]) -> Band:
    """The layers of a group of boxes with its arrows."""
    cells = set(group)
    cells.update(cell for chain in chains if chain[0] in cells for cell in chain)
    band: list[list[int]] = [[] for _ in range(1 + max(layer))]
    for cell in sorted(cells):
        band[layer[cell]].append(cell)
    return band


def _ordered(band: Band, before: Near, after: Near) -> Band:
    """The order with fewest crossings that sweeping to and fro comes by."""
    best, fewest = band, _crossings(band, after)
    for _ in range(SWEEPS // 2):
        band = _swept(band, before)
        band = _swept(band[::-1], after)[::-1]
        crossings = _crossings(band, after)
        if crossings < fewest:
            best, fewest = band, crossings
    return best


def _swept(band: Band, near: Near) -> Band:
    """Each layer in order of the middle of its neighbours in the layer before; whoever has none stays about there."""
    place: dict[int, float] = {}
    swept: list[Sequence[int]] = []
    for layer in band:
        own = _places(layer)
        wanted = {cell: fmean(place[one] for one in near[cell]) if cell in near else own[cell] for cell in layer}
        swept.append(sorted(layer, key=wanted.__getitem__))
        place |= _places(swept[-1])
    return swept


def _places(layer: Sequence[int]) -> dict[int, float]:
    """Where each stands, 0 to 1: layers differ in length."""
    return {cell: (at + 0.5) / len(layer) for at, cell in enumerate(layer)}


def _crossings(band: Band, after: Near) -> int:
    found = 0
    for layer, behind in pairwise(band):
        place = {cell: at for at, cell in enumerate(behind)}
        seen: list[int] = []
        for cell in layer:
            ends = sorted(place[one] for one in after.get(cell, ()))
            found += sum(len(seen) - bisect_right(seen, end) for end in ends)
            for end in ends:
                insort(seen, end)
    return found
