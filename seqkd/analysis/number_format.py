"""How numbers are written so that rounding does not change what they say: signs, digits, shares, p-values."""

import math
from collections.abc import Iterable
from typing import Any

MISSING = "–"
MAX_DIGITS = 4
NARROW_SPACE = "\u202f"


def is_missing(value: Any) -> bool:
    """None, NaN and the like: shown as a dash."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def number(value: Any, digits: int = 1, sign: bool = False) -> str:
    """A number with fixed decimals, a true minus sign and thin spaces between thousands; a dash where there is none."""
    if is_missing(value):
        return MISSING
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    rounded = round(float(value), digits) or 0.0
    text = f"{rounded:{'+' if sign and rounded else ''},.{digits}f}"
    return text.replace("-", "−").replace(",", NARROW_SPACE)


def signed(value: Any, digits: int = 1) -> str:
    """A number with its sign; no sign where it rounds to zero."""
    return number(value, digits, sign=True)


def telling_digits(values: Iterable[float], least: int = 1) -> int:
    """Decimals with which none of these loses its sign by rounding to zero: ``least``, or up to four."""
    nonzero = [value for value in values if math.isfinite(value) and round(value, MAX_DIGITS)]
    return next(digits for digits in range(least, MAX_DIGITS + 1) if all(round(value, digits) for value in nonzero))


def percent(value: Any, digits: int = 0) -> str:
    """A share as per cent; what only rounds to 0 or to 100 is written ``<0.1 %`` or ``>99.9 %``."""
    if is_missing(value):
        return MISSING
    per_cent, step = 100 * value, 10.0**-digits
    text = number(per_cent, digits)
    for edge, below in ((0.0, -step), (100.0, 100.0 - step)):
        if round(per_cent, digits) == edge and not math.isclose(per_cent, edge, abs_tol=1e-9):
            text = f">{number(edge if per_cent > edge else below, digits)}"
            if edge == 0.0:
                text = f"<{number(step, digits)}"
    return f"{text}{NARROW_SPACE}%"


def ratio(value: Any) -> str:
    """A speed-up: two decimals below 2, else one."""
    return number(value, 2 if not is_missing(value) and value < 2 else 1)


def p_value(p: float, error_rate: float) -> str:
    """Four decimals; ``<0.001`` below, and never rounded up to the error rate from below."""
    if is_missing(p):
        return MISSING
    if p < 0.001:
        return "<0.001"
    text = number(p, 4)
    return f"<{error_rate:g}" if p < error_rate <= float(text) else text
