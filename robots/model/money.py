"""Exact money: half-up rounding to the cent once per line, shares that sum to their whole, amounts in Chinese words."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal

import cn2an

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def cents(amount: Decimal) -> Decimal:
    """`amount` rounded half up (away from zero) to the cent.

    >>> cents(Decimal("2.675")), cents(Decimal("-0.005"))
    (Decimal('2.68'), Decimal('-0.01'))
    """
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def split_tax(gross: Decimal, rate: Decimal) -> tuple[Decimal, Decimal]:
    """价税分离: an amount with tax → net and tax, which sum to it.

    >>> split_tax(Decimal("1130.00"), Decimal("0.13"))
    (Decimal('1000.00'), Decimal('130.00'))
    """
    net = cents(gross / (1 + rate))
    return net, gross - net


def allocate(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """`total` shared out in cents by weight, by largest remainder: the shares sum to it, none is a cent off its due.

    Of equal remainders the first share gets the cent; where all weights are nothing, the first gets all.

    >>> allocate(Decimal("100.00"), [Decimal(1)] * 3)
    [Decimal('33.34'), Decimal('33.33'), Decimal('33.33')]
    """
    if not weights:
        return []
    whole = sum(weights)
    if not whole:
        return [total, *[ZERO] * (len(weights) - 1)]
    dues = [total * weight / whole for weight in weights]
    shares = [due.quantize(CENT, rounding=ROUND_FLOOR) for due in dues]
    left = int((total - sum(shares)) / CENT)
    for index in sorted(range(len(dues)), key=lambda i: shares[i] - dues[i])[:left]:
        shares[index] += CENT
    return shares


def in_words(amount: Decimal) -> str:
    """大写金额 of a non-negative amount in yuan: 整 after 元, never after 分 (RULES 7).

    >>> in_words(Decimal("1409.50")), in_words(Decimal("100.05"))
    ('壹仟肆佰零玖元伍角', '壹佰元零伍分')
    """
    if amount < 0:
        return "负" + in_words(-amount)
    exact = cents(amount)
    if exact == ZERO:
        return "零元整"
    return str(cn2an.an2cn(format(exact.normalize(), "f"), "rmb"))
