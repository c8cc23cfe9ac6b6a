from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from kernel import rates
from kernel.errors import DomainError
from kernel.rates import Dated, DatedTable, Stretch

OLD = Dated(date(1999, 11, 1), Decimal(20), "order 272")
NEW = Dated(date(2007, 8, 15), Decimal(5), "order 502")
TABLE = DatedTable("tax", (OLD, NEW))


def test_a_value_holds_from_its_date_to_the_day_before_the_next():
    assert TABLE.value_on(date(1999, 11, 1)) == 20
    assert TABLE.value_on(date(2007, 8, 14)) == 20
    assert TABLE.value_on(date(2007, 8, 15)) == 5
    assert TABLE.entry_on(date(2050, 1, 1)).source == "order 502"
    with pytest.raises(DomainError) as caught:
        TABLE.value_on(date(1999, 10, 31))
    assert caught.value.code == "parameter.not_in_force"


def test_an_interval_is_cut_where_the_value_changes():
    assert TABLE.stretches(date(2007, 8, 1), date(2007, 9, 1)) == (
        Stretch(date(2007, 8, 1), date(2007, 8, 15), OLD),
        Stretch(date(2007, 8, 15), date(2007, 9, 1), NEW),
    )
    assert [stretch.days for stretch in TABLE.stretches(date(2007, 8, 1), date(2007, 9, 1))] == [14, 17]
    assert TABLE.stretches(date(2007, 8, 1), date(2007, 8, 15)) == (Stretch(date(2007, 8, 1), date(2007, 8, 15), OLD),)
    assert TABLE.stretches(date(2007, 8, 15), date(2007, 8, 15)) == ()


def test_the_past_is_fixed():
    later = Dated(date(2008, 10, 9), Decimal(0), "notice")
    assert TABLE.with_entry(later, today=date(2008, 10, 8)).value_on(date(2008, 10, 9)) == 0
    assert TABLE.value_on(date(2008, 10, 9)) == 5
    for today, entry in ((date(2008, 10, 9), later), (date(2007, 1, 1), Dated(date(2007, 8, 15), Decimal(1), "again"))):
        with pytest.raises(DomainError) as caught:
            TABLE.with_entry(entry, today)
        assert caught.value.code == "parameter.past_is_fixed"


@pytest.mark.parametrize("entries", [(), (NEW, OLD), (OLD, OLD)])
def test_a_table_is_in_order(entries):
    with pytest.raises(ValueError, match="tax"):
        DatedTable("tax", entries)


def test_ways_to_quote_a_rate():
    # 5.58 % a year = 55.8 permille a year = 4.65 permille a month; 2.1 ten-thousandths a day x 360 = 7.56 %
    assert rates.monthly_permille_of_annual_pct(Decimal("5.58")) == Decimal("4.65")
    assert rates.annual_pct_of_monthly_permille(Decimal("4.65")) == Decimal("5.58")
    assert rates.annual_pct_of_daily_permyriad(Decimal("2.1"), 360) == Decimal("7.56")
    assert rates.fraction_of_pct(Decimal(20)) == Decimal("0.2")


def test_rate_columns_are_read_and_an_empty_cell_changes_nothing():
    tables = rates.read_rate_columns("effective_date,a,b\n2002-02-21,0.72,1.98\n2004-10-29,,2.25\n", "table", prefix="x.")
    assert tables["x.a"].entries == (Dated(date(2002, 2, 21), Decimal("0.72"), "table"),)
    assert tables["x.b"].value_on(date(2004, 10, 29)) == Decimal("2.25")
    with pytest.raises(ValueError, match="table: line 2, column a"):
        rates.read_rate_columns("effective_date,a\n2002-02-21,none\n", "table")


def test_dated_rows_refuse_floats_and_missing_sources():
    row = {"effective": date(2005, 1, 1), "value": "0.72", "source": "s"}
    assert rates.read_dated_rows("p", [row], rates.decimal_value).value_on(date(2005, 1, 1)) == Decimal("0.72")
    for wrong in ({**row, "value": 0.72}, {**row, "effective": "soon"}, {"effective": date(2005, 1, 1), "value": "1"}):
        with pytest.raises(ValueError, match="parameter p"):
            rates.read_dated_rows("p", [wrong], rates.decimal_value)
