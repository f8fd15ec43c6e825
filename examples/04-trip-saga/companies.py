"""Stands for an airline, a hotel and a car hire: other people's systems, which outlive a step that dies."""


class SoldOut(Exception):
    what: str

    def __init__(self, message: str, what: str = "") -> None:
        super().__init__(message)
        self.what = what


class Company:
    """sells: what. left: how many. A reference of the customer's is booked once, and not again after a cancellation."""

    def __init__(self, sells: str, left: int = 9) -> None:
        self._sells = sells
        self._left = left
        self._booked: dict[str, bool] = {}

    def book(self, reference: str) -> str:
        if reference not in self._booked and sum(self._booked.values()) == self._left:
            raise SoldOut(f"no {self._sells} left", self._sells)
        self._booked.setdefault(reference, True)
        return f"{self._sells} {reference}"

    def cancel(self, reference: str) -> None:
        self._booked[reference] = False

    def has(self, reference: str) -> bool:
        return self._booked.get(reference, False)

    def clear(self) -> None:
        self._booked.clear()
