"""Money: half up to the cent, and amounts in Chinese words that read back as themselves."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robots.model.money import allocate, cents, in_words, split_tax

DIGITS = {c: n for n, c in enumerate("零壹贰叁肆伍陆柒捌玖")}
UNITS = {"拾": 10, "佰": 100, "仟": 1000}


def read_words(text: str) -> Decimal:
    """A second, naive reader of 大写金额."""
    yuan, _, rest = text.rpartition("元") if "元" in text else ("", "", text)
    rest = rest.removesuffix("整")
    jiao = DIGITS[rest[rest.index("角") - 1]] if "角" in rest else 0
    fen = DIGITS[rest[rest.index("分") - 1]] if "分" in rest else 0
    return Decimal(_whole(yuan)) + Decimal(jiao) / 10 + Decimal(fen) / 100


def _whole(text: str) -> int:
    for name, size in (("亿", 10**8), ("万", 10**4)):
        if name in text:
            high, _, low = text.partition(name)
            return _whole(high) * size + _whole(low)
    total = digit = 0
    for c in text:
        if c in UNITS:
            total, digit = total + max(digit, 1) * UNITS[c], 0
        else:
            digit = DIGITS[c]
    return total + digit


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        pytest.param("0", "零元整", id="nothing"),
        pytest.param("1409.50", "壹仟肆佰零玖元伍角", id="one 零 for an inner zero"),
        pytest.param("6007.14", "陆仟零柒元壹角肆分", id="one 零 for two inner zeros"),
        pytest.param("100.05", "壹佰元零伍分", id="no 整 after 分"),
        pytest.param("100000000.00", "壹亿元整", id="整 after 元"),
        pytest.param("10010.10", "壹万零壹拾元壹角", id="zeros in two groups"),
        pytest.param("0.05", "伍分", id="only 分"),
    ],
)
def test_in_words(amount: str, words: str) -> None:
    assert in_words(Decimal(amount)) == words


amounts = st.decimals("0.01", "99999999999.99", places=2)


@given(amounts)
def test_words_read_back_as_the_amount(amount: Decimal) -> None:
    assert read_words(in_words(amount)) == amount


@given(amounts)
def test_words_follow_the_rules_of_the_bank(amount: Decimal) -> None:
    words = in_words(amount)
    assert "零零" not in words
    assert not words.endswith(("元", "分整"))


@given(st.decimals("-1000000", "1000000", places=4))
def test_cents_are_half_up_away_from_zero(amount: Decimal) -> None:
    rounded = cents(amount)
    assert abs(rounded - amount) <= Decimal("0.005")
    if abs(amount * 100 % 1) == Decimal("0.5"):
        assert abs(rounded) > abs(amount)


# ------------------------------------------------------------------ shares and tax

weights = st.lists(st.decimals("0", "100000", places=2), min_size=1, max_size=9)


@given(st.decimals("-100000", "100000", places=2), weights)
def test_shares_sum_to_their_whole_and_none_is_a_cent_off_its_due(total: Decimal, shares: list[Decimal]) -> None:
    whole = sum(shares)
    given_out = allocate(total, shares)
    assert sum(given_out) == total
    if whole:
        assert all(abs(got - total * due / whole) < Decimal("0.01") for got, due in zip(given_out, shares, strict=True))


@given(weights)
def test_a_whole_shared_out_by_its_own_parts_gives_the_parts_back(parts: list[Decimal]) -> None:
    assert allocate(sum(parts, Decimal(0)), parts) == parts


def test_no_share_of_nothing() -> None:
    assert allocate(Decimal("5.00"), []) == []
    assert allocate(Decimal("5.00"), [Decimal(0)] * 2) == [Decimal("5.00"), Decimal("0.00")]


RATES = st.sampled_from([Decimal(rate) for rate in ("0", "0.01", "0.03", "0.06", "0.09", "0.13")])


@given(st.decimals("0.01", "9999999.99", places=2), RATES)
def test_tax_split_off_puts_together_again(net: Decimal, rate: Decimal) -> None:
    """Net → gross → net is the same to the cent, and the parts sum to the gross."""
    gross = cents(net * (1 + rate))
    assert split_tax(gross, rate) == (net, gross - net)


@given(st.decimals("0.01", "9999999.99", places=2), RATES, weights)
def test_lines_of_an_invoice_sum_to_its_header(gross: Decimal, rate: Decimal, shares: list[Decimal]) -> None:
    net, tax = split_tax(gross, rate)
    lines = allocate(gross, shares)
    taxes = allocate(tax, lines)
    assert sum(taxes) == tax and sum(line - part for line, part in zip(lines, taxes, strict=True)) == net
