"""Portfolio files from bytes to positions, every row accounted for."""

import hashlib
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plimsoll.data.importers.portfolio_csv import ImportedPortfolio, read_portfolio
from plimsoll.errors import DataError
from plimsoll.risk.failures import Reason
from plimsoll.risk.portfolio import Kind

# The layout of a Schwab export, with invented contents.
SCHWAB = (
    '"Positions for account Joint ...001 as of 04:00 PM ET, 2026/01/02"\n\n'
    '"Symbol","Description","Qty (Quantity)","Price","Mkt Val (Market Value)","Asset Type",\n'
    '"XYZ","EXAMPLE FUND","1,020.5","$2,100.25","$2,143,305.13","ETFs & Closed End Funds",\n'
    '"QRS","EXAMPLE SHARE","(10)","50.00","($500.00)","Equity",\n'
    '"Cash & Cash Investments","--","--","--","$12.00","Cash and Money Market",\n'
    '"Positions Total","","--","--","$2,142,817.13","",\n'
)
FIDELITY = (
    "Account Number,Symbol,Description,Quantity,Last Price,Current Value,Type\n"
    "Z1,SWEEP**,HELD IN MONEY MARKET,,,$500.00,Cash\n"
    "Z1,XYZ,EXAMPLE,3,$10.00,$30.00,Cash\n"
    "Z1,QRS,EXAMPLE,2,$20.00,$40.00,Margin\n\n"
    '"Provided as is, without warranty."\n'
)


def read(folder: Path, content: str | bytes, name: str = "book.csv") -> ImportedPortfolio:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_portfolio(path)


def held(imported: ImportedPortfolio) -> list[tuple[str, float, float | None]]:
    return [(item.instrument.symbol, item.quantity, item.price) for item in imported.portfolio.positions]


def test_symbol_and_quantity_are_enough(tmp_path: Path) -> None:
    """Two columns make a portfolio named after the file, and the bytes are identified by their hash."""
    content = b"symbol,quantity\nAAPL,10\nMSFT,-5\n"
    imported = read(tmp_path, content, "my.book.csv")
    assert held(imported) == [("AAPL", 10.0, None), ("MSFT", -5.0, None)]
    assert [position.row for position in imported.portfolio.positions] == [2, 3]
    assert imported.portfolio.positions[0].instrument.currency == ""
    assert imported.portfolio.name == "my.book"
    assert imported.sha256 == hashlib.sha256(content).hexdigest()
    assert not imported.failures
    assert len(imported.assumptions) == 1


@pytest.mark.parametrize("name", ["B.CSV", "b.txt", "b.tsv", "b", "b.xyz"])
def test_the_extension_does_not_matter(tmp_path: Path, name: str) -> None:
    """What is in the file counts, not how it is called."""
    assert held(read(tmp_path, "symbol\tquantity\nAAPL\t1\n", name)) == [("AAPL", 1.0, None)]


def test_a_schwab_export(tmp_path: Path) -> None:
    """Preamble, currency signs, dashes, trailing commas and the totals row of a broker are all told apart."""
    imported = read(tmp_path, SCHWAB)
    assert held(imported) == [("XYZ", 1020.5, 2100.25), ("QRS", -10.0, 50.0)]
    assert imported.portfolio.positions[0].instrument.kind is Kind.ETF
    assert [(failure.item, failure.row) for failure in imported.failures] == [("Cash & Cash Investments", 6)]
    assert "header in row 3; 1 row above it skipped" in imported.assumptions[0].text
    assert imported.assumptions[1].text.endswith("not positions: row 7 (Positions Total).")


def test_a_fidelity_export(tmp_path: Path) -> None:
    """Its type column says how a share is held, and its disclaimer is refused, not lost."""
    imported = read(tmp_path, FIDELITY)
    assert held(imported) == [("XYZ", 3.0, 10.0), ("QRS", 2.0, 20.0)]
    assert imported.portfolio.positions[1].attributes["account type"] == "Margin"
    assert imported.portfolio.positions[1].instrument.kind is Kind.EQUITY
    assert [failure.row for failure in imported.failures] == [2, 6]


@pytest.mark.parametrize(
    ("row", "column", "what"),
    [
        (",5,,", "symbol", "symbol is missing"), ("X,,,", "quantity", "quantity is missing"),
        ("X,many,,", "quantity", "cannot be read"), ("X,nan,,", "quantity", "not a number"),
        ("X,-inf,,", "quantity", "not a number"), ("X,1e16,,", "quantity", "likely wrong"),
        ("X,5%,,", "quantity", "percentage"), ("X,1,nan,", "price", "not a number"),
        ("X,1,1,dollars", "currency", "not a currency"),
        ("X,1,1,USD,surplus", "", "5 cells but the header only 4"),
        ('X,1,1,"USD', "", "not closed"), ("just a footnote", "quantity", "quantity is missing"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_alone(tmp_path: Path, row: str, column: str, what: str) -> None:
    """A row that cannot be used is a failure with row, column, reason and remedy; the others stand."""
    imported = read(tmp_path, f"symbol,quantity,price,currency\nA,1,2,USD\n{row}\nB,1,2,USD\n")
    assert [name for name, _, _ in held(imported)] == ["A", "B"]
    (failure,) = imported.failures
    assert (failure.reason, failure.row, failure.column) == (Reason.REFUSED_ROW, 3, column)
    assert what in failure.message
    assert failure.message.endswith(".")
    assert failure.item


def test_a_refused_row_says_what_it_is_worth(tmp_path: Path) -> None:
    """Quantity times price of a refused row is kept where both can be read, and is otherwise unknown."""
    rows = ["A,1,2,", "B,-10,5,bond", "C,10,,bond", "D,x,5,", "E,1,1,,extra"]
    imported = read(tmp_path, "\n".join(["symbol,quantity,price,type", *rows]))
    assert [failure.value for failure in imported.failures] == [-50.0, None, None, None]


def test_rows_that_are_short_or_end_in_separators_are_read(tmp_path: Path) -> None:
    """Missing cells are missing values, and empty surplus cells are nothing."""
    imported = read(tmp_path, "symbol,quantity,price,book\nA,0\nB,-2.5,,x,,,\n\n , ,\n")
    assert held(imported) == [("A", 0.0, None), ("B", -2.5, None)]
    assert [dict(item.attributes) for item in imported.portfolio.positions] == [{}, {"book": "x"}]


def test_unknown_columns_are_attributes(tmp_path: Path) -> None:
    """Every other column is a label, listed in the account; what only options need is a label of shares."""
    imported = read(tmp_path, "ISIN,symbol,quantity, Region ,Vol\nUS1,X,1,=HYPERLINK(1),50000\n")
    labels = {"isin": "US1", "region": "=HYPERLINK(1)", "vol": "50000"}
    assert dict(imported.portfolio.positions[0].attributes) == labels
    assert "kept as attributes: isin, region" in imported.assumptions[0].text


def test_labels_have_no_control_characters(tmp_path: Path) -> None:
    """Nothing that could move a terminal's cursor gets into a label or a symbol."""
    imported = read(tmp_path, "symbol,quantity,book\nX\x1b[2J,1,a\u202eb\x07\n")
    assert imported.portfolio.positions[0].instrument.symbol == "X[2J"
    assert dict(imported.portfolio.positions[0].attributes) == {"book": "ab"}


def test_duplicates_are_kept_and_said(tmp_path: Path) -> None:
    """Equal rows and repeated symbols stay separate positions, and the account says which."""
    imported = read(tmp_path, "symbol,quantity\nA,1\nA,1\nB,1\nB,2\nC,1\n")
    assert len(imported.portfolio.positions) == 5
    same, repeated = imported.assumptions[1:]
    assert (same.topic, same.items, "2 = 3" in same.text) == ("import", ("A",), True)
    assert (repeated.topic, repeated.items) == ("import", ("B",))


@pytest.mark.parametrize(
    "row",
    [
        "Total,,3",
        "Account Total,,3",
        "GRAND TOTAL:,,9",
        ",Total,9",
        "Total USD,,",
        "Subtotal,,1",
        "symbol,quantity,price",
    ],
)
def test_totals_and_repeated_headers_are_ignored_and_said(tmp_path: Path, row: str) -> None:
    """A total is no position, and is never dropped silently."""
    imported = read(tmp_path, f"symbol,quantity,price\nA,1,2\n{row}\nTOTAL.PA,5,1\n")
    assert [name for name, _, _ in held(imported)] == ["A", "TOTAL.PA"]
    assert not imported.failures
    assert "row 3" in imported.assumptions[1].text


def test_holdings_are_not_taken_for_totals(tmp_path: Path) -> None:
    """Holdings called total are positions, and a bare total with a quantity is refused, not just noted."""
    rows = "Vanguard Total,100,50,\nTOTAL,10,,Total SE\nTotal Return Fund,5,,\nTotal,7,2,\n"
    imported = read(tmp_path, f"symbol,quantity,price,name\n{rows}")
    assert [name for name, _, _ in held(imported)] == ["Vanguard Total", "TOTAL", "Total Return Fund"]
    assert [(failure.item, failure.row, failure.value) for failure in imported.failures] == [
        ("Total", 5, 14.0)
    ]


def test_symbols_kept_as_text_by_excel(tmp_path: Path) -> None:
    """A cell that is a formula of text is that text, quoted or not."""
    imported = read(tmp_path, 'symbol,quantity\n="AAA",="5"\n"=""BBB""",2\n=A1,3\n')
    assert held(imported) == [("AAA", 5.0, None), ("BBB", 2.0, None), ("=A1", 3.0, None)]


def test_rates_in_percent(tmp_path: Path) -> None:
    """One rate above 1 makes the numbers of its column percentages, which is said; high rates are noted."""
    header = "symbol,type,quantity,underlying,strike,expiry,multiplier,rate,div yield\n"
    terms = "call,1,XYZ,100,2026-06-19,100"
    imported = read(tmp_path, f"{header}A,{terms},0.5,0.5\nB,{terms},4.5,\nC,{terms},3%,0.01\n")
    options = [position.instrument.option for position in imported.portfolio.positions]
    found = [(option.rate_continuous, option.dividend_yield) for option in options if option is not None]
    assert found == [(0.005, 0.5), (0.045, 0.0), (0.03, 0.01)]
    percent, high = imported.assumptions[-2:]
    assert (percent.topic, percent.items, high.topic, high.items) == (
        "options",
        ("A", "B"),
        "options",
        ("A",),
    )
    assert "in percent" in percent.text
    assert "above 25%" in high.text


def test_line_breaks_in_cells_are_said(tmp_path: Path) -> None:
    """A row over several lines is named, and the rows after it keep their numbers."""
    imported = read(tmp_path, 'symbol,quantity,name\nA,1,"x\ny"\nB,bad,z\n')
    assert imported.portfolio.positions[0].instrument.name == "x y"
    assert "one row each: 2-3" in imported.assumptions[1].text
    assert imported.failures[0].row == 4


def test_options_and_notes(tmp_path: Path) -> None:
    """An option is read with its terms, and what was taken for granted about imported rows is said."""
    content = (
        "symbol,type,quantity,underlying,strike,expiry,iv\n"
        "C1,call,2,XYZ,100,2026-06-19,25\nC2,call,x,XYZ,100,2026-06-19,25\nEUR,,7,,,,\n"
    )
    imported = read(tmp_path, content)
    terms = imported.portfolio.positions[0].instrument.option
    assert terms is not None
    assert (terms.strike, terms.volatility) == (100.0, 0.25)
    noted = [(item.topic, item.items) for item in imported.assumptions[1:]]
    assert noted == [("import", ("EUR",)), ("options", ("C1",)), ("options", ("C1",))]


def test_a_file_without_a_usable_row_lists_the_first_refusals(tmp_path: Path) -> None:
    """Where nothing is left, the error says why, row by row."""
    with pytest.raises(DataError, match="not one row can be used: row 2, column quantity") as caught:
        read(tmp_path, "symbol,quantity\n" + "X,many\n" * 5)
    assert "and 2 more" in caught.value.message
    assert (caught.value.exit_code, caught.value.file) == (3, str(tmp_path / "book.csv"))
    with pytest.raises(DataError, match=r"row 2: a quote .* is opened and not closed") as caught:
        read(tmp_path, 'symbol,quantity\n"X,1\n')
    assert "more" not in caught.value.message


def test_a_file_of_totals_is_refused(tmp_path: Path) -> None:
    """Totals alone are no portfolio."""
    with pytest.raises(DataError, match="totals but no positions"):
        read(tmp_path, "symbol,quantity\nTotal,\n")


def test_equal_headers_are_refused_with_their_row(tmp_path: Path) -> None:
    """Two columns of one name are an error of the header row."""
    with pytest.raises(DataError, match="row 2, column Book: columns 3 and 4 have the same name"):
        read(tmp_path, "x\nsymbol,quantity,book,Book\nA,1,a,b\n")


word = st.text(st.characters(min_codepoint=48, max_codepoint=255, categories=["Lu", "Ll", "Nd"]), max_size=8)
money = st.decimals(-(10**9), 10**9, places=4)
prices = st.decimals("0.0001", 10**9, places=4)


@given(
    rows=st.lists(
        # No currency begins with SX: one would be read as cash.
        st.tuples(word.map("SX{}".format), money, prices, word.map("L{}".format)),
        min_size=1,
        max_size=8,
    ),
    separator=st.sampled_from([",", ";", "\t", "|"]),
    decimal_sign=st.sampled_from([".", ","]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    line_end=st.sampled_from(["\n", "\r\n", "\r"]),
    preamble=st.sampled_from([[], ["My book"], ["as of, today", ""]]),
    grouped=st.booleans(),
)
def test_any_table_reads_back(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, object, object, str]],
    separator: str,
    decimal_sign: str,
    encoding: str,
    line_end: str,
    preamble: list[str],
    grouped: bool,
) -> None:
    """Positions written with any separator, encoding, line end and number format read back equal."""

    def written(value: object) -> str:
        swap = str.maketrans({".": decimal_sign, ",": {".": ",", ",": "."}[decimal_sign] if grouped else ""})
        return '"' + f"{value:,.4f}".translate(swap) + '"'

    table = [[symbol, written(quantity), written(price), label] for symbol, quantity, price, label in rows]
    lines = [*preamble, *(separator.join(row) for row in [["Ticker", "Qty", "Last Price", "Desk"], *table])]
    content = "".join(line + line_end for line in lines).encode(encoding)
    imported = read(tmp_path_factory.mktemp("table"), content)
    assert not imported.failures
    found = [
        (*position, item.attributes["desk"])
        for position, item in zip(held(imported), imported.portfolio.positions, strict=True)
    ]
    assert found == [
        (symbol, float(str(quantity)), float(str(price)), label) for symbol, quantity, price, label in rows
    ]


@given(st.binary(max_size=200), st.text(alphabet='ab1,;|\t"\n .-%$', max_size=120))
def test_any_bytes_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, text: str
) -> None:
    """Whatever is in a file, it gives positions or DataError, and no other error."""
    folder = tmp_path_factory.mktemp("noise")
    for content in (
        noise,
        b"symbol,quantity\nA,1\n" + noise,
        b"symbol,quantity,price\nA,1,1\n" + text.encode(),
    ):
        with suppress(DataError):
            assert read(folder, content).portfolio.positions
