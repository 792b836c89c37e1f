"""Student's t distribution, for any positive number of degrees of freedom: tail probabilities and quantiles.

NumPy and PyTorch have neither, and no other dependency brings SciPy, which would be 40 MB for two functions.

Sources: the tail is the regularised incomplete beta function, P(|T| > t) = I_x(n / 2, 1 / 2) at x = n / (n + t^2); its
continued fraction is evaluated by Lentz's method (Press et al., Numerical Recipes, 6.4).
"""

import math
from functools import lru_cache

TINY = 1e-300
PRECISION = 1e-14


def two_sided(t: float, degrees: float) -> float:
    """Probability that a t-distributed variable with so many degrees of freedom is at least ``|t|`` away from zero."""
    x = degrees / (degrees + t * t)
    if x >= 1.0:
        return 1.0
    a, b = degrees / 2, 0.5
    logs = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    if x < (a + 1) / (a + b + 2):
        return math.exp(logs) * _continued_fraction(a, b, x) / a
    return 1.0 - math.exp(logs) * _continued_fraction(b, a, 1 - x) / b


@lru_cache
def quantile(confidence: float, degrees: float) -> float:
    """The t within which, on both sides of zero, the share ``confidence`` lies; found by bisection."""
    low, high = 0.0, 1.0
    while two_sided(high, degrees) > 1 - confidence:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided(middle, degrees) > 1 - confidence else (low, middle)
    return high


def _continued_fraction(a: float, b: float, x: float) -> float:
    def away_from_zero(value: float) -> float:
        return value if abs(value) > TINY else TINY

    c, d = 1.0, 1 / away_from_zero(1 - (a + b) * x / (a + 1))
    result, m, change = d, 0, 0.0
    while abs(change - 1) > PRECISION:
        m += 1
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / away_from_zero(1 + step * d)
            c = away_from_zero(1 + step / c)
            change = c * d
            result *= change
    return result
