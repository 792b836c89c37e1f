"""How numbers are written so that rounding makes no other statement of them: signs, digits, shares, p-values."""

import math
from collections.abc import Iterable
from typing import Any

NOTHING = "–"
MOST_DIGITS = 4
NARROW = "\u202f"


def missing(value: Any) -> bool:
    """None, NaN and the like: shown as a dash."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def number(value: Any, digits: int = 1, sign: bool = False) -> str:
    """A number with fixed decimals, a true minus sign and thin spaces between thousands; a dash where there is none."""
    if missing(value):
        return NOTHING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    shown = round(float(value), digits) or 0.0
    return f"{shown:{'+' if sign and shown else ''},.{digits}f}".replace("-", "−").replace(",", NARROW)


def signed(value: Any, digits: int = 1) -> str:
    """A number with its sign; no sign where it rounds to zero."""
    return number(value, digits, sign=True)


def telling_digits(values: Iterable[float], least: int = 1) -> int:
    """Decimals with which none of these loses its sign by rounding to zero: ``least``, or up to four."""
    shown = [value for value in values if math.isfinite(value) and round(value, MOST_DIGITS)]
    return next(digits for digits in range(least, MOST_DIGITS + 1) if all(round(value, digits) for value in shown))


def percent(value: Any, digits: int = 0) -> str:
    """A share as per cent; what only rounds to nothing or to the whole is written ``<0.1 %`` or ``>99.9 %``."""
    if missing(value):
        return NOTHING
    per_cent, step = 100 * value, 10.0**-digits
    shown = number(per_cent, digits)
    for edge, below in ((0.0, -step), (100.0, 100.0 - step)):
        if round(per_cent, digits) == edge and not math.isclose(per_cent, edge, abs_tol=1e-9):
            shown = f">{number(edge if per_cent > edge else below, digits)}"
            if edge == 0.0:
                shown = f"<{number(step, digits)}"
    return f"{shown}{NARROW}%"


def ratio(value: Any) -> str:
    """How many times as fast: two decimals near or below one, else one."""
    return number(value, 2 if not missing(value) and value < 2 else 1)


def p_value(p: float, error_rate: float) -> str:
    """Four decimals; ``<0.001`` below, and never rounded up to the error rate from below."""
    if missing(p):
        return NOTHING
    if p < 0.001:
        return "<0.001"
    shown = number(p, 4)
    return f"<{error_rate:g}" if p < error_rate <= float(shown) else shown
