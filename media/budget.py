"""What one render may cost. The unit is a megapixel negated: one pass over the pixels that does next to nothing."""

import math
from dataclasses import dataclass

from media.errors import LimitExceeded


@dataclass(slots=True)
class Budget:
    """``most`` for everything that is rendered for one result, layers included; ``spent`` grows as it is done."""

    most: float = math.inf
    spent: float = 0.0

    def foresee(self, price: float) -> None:
        """Raises LimitExceeded if ``price`` more is too much."""
        if self.spent + price > self.most:
            total = f"{self.spent + price:.0f}"
            raise LimitExceeded(f"a chain may cost {self.most:g} (megapixels × their price), got {total}")

    def affords(self, price: float) -> bool:
        return self.spent + price <= self.most

    def spend(self, price: float) -> None:
        self.foresee(price)
        self.spent += price
