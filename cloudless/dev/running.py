"""Running: an application that runs here, with everything that looks at it: the feed, its journal, the clock, the page.

simulation ──Feed──► news ─┬─► tellers, e.g. the terminal
                           └─► Journal ──► Site
"""

from __future__ import annotations

from secrets import token_hex
from typing import TYPE_CHECKING, Any

from cloudless.dev.clock import Clock
from cloudless.dev.feed import Feed
from cloudless.dev.handover import take
from cloudless.dev.page.clean import cleaner
from cloudless.dev.page.entry import Author
from cloudless.dev.page.journal import Journal
from cloudless.dev.page.status import Reader
from cloudless.dev.secrets import remedy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from cloudless.dev.feed import News
    from cloudless.dev.page.site import Site
    from cloudless.testing import Simulation


class Running:
    """root: of the project. speed: of its clock. tell: gets the news. secrets: values that the page must not show.

    run: what tells this run from another; a reload is the same one. state: what the server before left, whose world
    began at its `now_us`. lost: what of it has no place any more, a line each.
    """

    def __init__(
        self,
        simulation: Simulation,
        root: Path,
        speed: float,
        tell: Callable[[News], None],
        *,
        secrets: Iterable[str] = (),
        state: dict[str, Any] | None = None,
    ) -> None:
        self.simulation = simulation
        simulation.cloud.secrets.remedy = remedy
        self.run = token_hex(8)
        self._clean = cleaner(secrets)
        self._tell = tell
        self.journal = Journal(Author(self._clean), lambda: simulation.cloud.world.now_us // 1_000)
        self.feed = Feed(simulation, self._told, root)
        reading = (state["target_us"], state["real_s"]) if state else None
        self.clock = Clock(simulation.cloud.world, self.feed, state["speed"] if state else speed, reading=reading)
        self.reader = Reader(simulation.cloud, self.clock, self.journal)
        self.lost = take(self, state) if state else []

    def site(self, picture: Callable[[], str]) -> Site:
        """The page. picture: draws the graph of the application, as the text of an SVG. Imports Starlette."""
        from cloudless.dev.page.site import Site

        return Site(self, picture, self._clean)

    def _told(self, news: News) -> None:
        self._tell(news)
        self.journal.tell(news)
