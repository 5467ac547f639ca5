"""Exact money: half-up rounding to the cent once per line, and amounts in Chinese words."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

import cn2an

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


def cents(amount: Decimal) -> Decimal:
    """`amount` rounded half up (away from zero) to the cent.

    >>> cents(Decimal("2.675")), cents(Decimal("-0.005"))
    (Decimal('2.68'), Decimal('-0.01'))
    """
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


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
