"""Unfit: what every compiler asks of an application, and how it says that a cloud cannot take it.

unfit = Unfit("acme", application)
yield unfit("queue 'orders' …", queue.span, "give it another name")
yield from unfit.doubles([("queue 'orders'", "shop-orders", queue.span), …], "queue")
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

from cloudless.config import codes
from cloudless.driver.limit import Limit
from cloudless.ir import Application, Diagnostic, Handler, Orchestration, Pure, Span
from cloudless.passes.limits import OVER

Named = tuple[str, str, Span]
"""What it is, its name, and where it stands."""


class Unfit:
    """Makes problems. provider: its name, which they begin with."""

    def __init__(self, provider: str, application: Application) -> None:
        self._provider = provider
        self._application = application

    def __call__(self, message: str, span: Span, remedy: str) -> Diagnostic:
        """Something that cannot be had."""
        return Diagnostic(codes.GAP, f"{self._provider}: {message}", span, remedy)

    @property
    def start(self) -> Span:
        """Where to point at for what is nobody's own: the first thing declared, or the entry."""
        application = self._application
        spans = [one.span for one in application.handlers] + [one.span for one in application.queues]
        return min([*spans, *(one.span for one in application.topics)], default=Span(application.entry, 0))

    def python(self, version: str, known: Collection[str], whose: str) -> Iterator[Diagnostic]:
        """A Python that the functions cannot have. whose: "no runtime of Lambda"."""
        if version not in known:
            yield self(f"Python {version} is {whose} ({', '.join(known)})", self.start, "choose one of those")

    def modules(self, taken: Collection[str], where: str) -> Iterator[Diagnostic]:
        """Modules of the user's that hide one of the package's, by the first handler that is in it."""
        application = self._application
        roots = {application.entry.partition(":")[0].partition(".")[0]: self.start}
        written: list[Handler | Orchestration | Pure] = [*application.handlers, *application.orchestrations]
        for one in [*written, *application.pures]:
            roots.setdefault(one.module.partition(".")[0], one.span)
        for root, span in roots.items():
            if root in taken:
                what = f"module {root!r} of the application hides the one of that name in {where}"
                yield self(what, span, "rename the module, or put it into a package of yours")

    def doubles(self, named: Iterable[Named], what: str, alike: Callable[[str], str] = str) -> Iterator[Diagnostic]:
        """Two that are one there. what: that they both are. alike: of names that the cloud does not tell apart."""
        first: dict[str, Named] = {}
        for one in named:
            there = first.setdefault(alike(one[1]), one)
            if there is not one:
                at = f"{there[2].file}:{there[2].line}"
                yield self(f"{one[0]} and {there[0]} at {at} are one {what}: {one[1]!r}", one[2], "rename one")

    def most(self, count: int, limit: Limit, what: str, span: Span, remedy: str) -> Iterator[Diagnostic]:
        """More than there may be. what: whose, "topic 'orders' has". remedy: without the vendor's page."""
        if count > limit.value:
            message = f"{what} {count:,} {limit.unit}, {self._provider} takes {limit.value:,.0f}"
            yield Diagnostic(OVER, message, span, f"{remedy}; {limit.link}")
