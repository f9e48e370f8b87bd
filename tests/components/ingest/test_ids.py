"""The ids that ingest accepts, compared with a predicate on Python's `unicodedata`."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from components.ingest.config import IngestConfig
from components.ingest.executor import ingest
from tests.components.ingest.conftest import CONTROL, GOOD, Shop

# Unicode 15, PropList.txt, White_Space.
WHITE_SPACE = {*map(chr, [*range(0x9, 0xE), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B)])} | set(
    "\u2028\u2029\u202f\u205f\u3000"
)
SEPARATOR = "holds a line separator (U+2028 or U+2029); remove it"
PADDED = "begins or ends with white space; remove it, in all three files"


def is_accepted(text: str) -> bool:
    return (
        text != ""
        and not any(unicodedata.category(character) in ("Cc", "Zl", "Zp") for character in text)
        and text[0] not in WHITE_SPACE
        and text[-1] not in WHITE_SPACE
        and len(text.encode()) <= 256
    )


ODD = st.sampled_from([*sorted(WHITE_SPACE), "\0", "\x1c", "\x7f", "\x9f", "\ufeff", "\u200b", "\u180e", '"', ",", "a"])
IDS = st.text(ODD | st.characters(blacklist_categories=["Cs"]), min_size=1, max_size=6)


@settings(max_examples=40)
@given(ids=st.lists(IDS, min_size=1, max_size=12, unique=True))
@example(ids=["é" * 128, "é" * 128 + "x", "a" * 256, "a" * 257])
def test_a_row_is_kept_unchanged_if_and_only_if_its_id_is_accepted(tmp_path_factory, ids):
    shop = Shop(tmp_path_factory.mktemp("shop"))
    ids = [text for text in ids if text not in ("00aa", "00bb")]
    for text in ids:
        quoted = '"' + text.replace('"', '""') + '"'
        shop.lines["customers"].append(quoted + "," * 6)
        shop.lines["articles"].append(f"{quoted},1" + "," * 23)
        shop.lines["transactions"].append(f"2020-09-03,{quoted},0100000001,0.5,1")
        shop.lines["transactions"].append(f"2020-09-03,00aa,{quoted},0.5,1")
    report = shop.ingest(IngestConfig(max_rejected_share=1.0, memory_limit_gib=0.5))
    accepted = {text for text in ids if is_accepted(text)}
    assert {row["customer_id"] for row in shop.rows("customers")} == accepted | {"00aa", "00bb"}
    assert {row["article_id"] for row in shop.rows("articles")} >= accepted
    assert len(shop.rows("articles")) == len(accepted) + 3
    new = [row for row in shop.rows("transactions") if str(row["t_dat"]) > "2020-09-02"]
    sold = {(row["customer_id"], row["article_id"]) for row in new}
    assert sold == {(text, "0100000001") for text in accepted} | {("00aa", text) for text in accepted}
    assert report.tables["customers"].rows_rejected == len(ids) - len(accepted)
    assert report.tables["transactions"].rows_rejected == 2 * (len(ids) - len(accepted))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a\nb", CONTROL),
        ("a\r\nb", CONTROL),
        ("ab\n", CONTROL),
        ("a\0b", CONTROL),
        ("a\x0bb", CONTROL),
        ("a\x0cb", CONTROL),
        ("a\x1cb", CONTROL),
        ("a\x85b", CONTROL),
        ("a\tb", CONTROL),
        ("a\u2028b", SEPARATOR),
        ("a\u2029b", SEPARATOR),
        (" ab", PADDED),
        ("ab ", PADDED),
        ("ab\u00a0", PADDED),
        ("\u3000ab", PADDED),
        ("a" * 257, "longer than 256 bytes"),
        ("", "missing value"),
        ("\u3000", "missing value"),
    ],
)
def test_the_reason_is_the_same_in_all_three_files(shop, text, reason):
    quoted = f'"{text}"'
    shop.lines["articles"].append(f"{quoted},1" + "," * 23)
    shop.lines["customers"].append(quoted + "," * 6)
    shop.lines["transactions"].append(f"2020-09-03,{quoted},{quoted},0.5,1")
    shop.add("customers", customer_id="00cc")
    report = shop.ingest()
    assert report.tables["articles"].reasons == {f"article_id: {reason}": 1}
    assert report.tables["customers"].reasons == {f"customer_id: {reason}": 1}
    assert report.tables["transactions"].reasons == {f"article_id: {reason}": 1, f"customer_id: {reason}": 1}
    assert [row["customer_id"] for row in shop.rows("customers")] == ["00aa", "00bb", "00cc"]
    assert [(file, number) for file, number, *_ in shop.rejects()] == [
        ("articles.csv", 5),
        ("customers.csv", 4),
        ("transactions_train.csv", 6),
        ("transactions_train.csv", 6),
    ]


def test_a_blank_inside_an_article_id_is_accepted_and_counted(shop):
    shop.add("articles", article_id="SKU 12/3 A", product_code="1")
    shop.add("articles", article_id="SKU\u00a012", product_code="1")
    shop.add("transactions", **{**GOOD, "article_id": "SKU 12/3 A"})
    report = shop.ingest(IngestConfig(max_rejected_share=0.0))
    assert report.tables["articles"].ids_with_blanks == 2
    assert report.tables["customers"].ids_with_blanks == 0
    assert len(shop.rows("transactions")) == 5


def test_a_line_break_in_a_customer_id_does_not_affect_other_rows(tmp_path):
    """A regression test: such an id once gave every later customer the recommendations of the next one."""
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
    with_it, without = Shop(tmp_path / "with"), Shop(tmp_path / "without")
    with_it.lines["customers"].insert(2, '"00aa-2\nnew",,,ACTIVE,NONE,30.0,pc')
    with_it.write()
    without.write()
    config = IngestConfig(max_rejected_share=0.4, memory_limit_gib=0.5)
    for shop in (with_it, without):
        ingest(shop.data_dir, shop.to, config)
    assert with_it.rows("customers") == without.rows("customers")
    assert with_it.rejects() == [("customers.csv", 3, "customer_id", "00aa-2\nnew", CONTROL, "row set aside")]
