"""A product file, as people make it, becomes products; what cannot be used is named by row and column."""

import io
import zlib
from datetime import datetime, timedelta
from typing import BinaryIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.actions import set_size
from inventory.models import Measure, Product
from inventory.rules import MM
from inventory.sync import apply_products, product_headings, read_products_csv
from partners.errors import Unreadable
from partners.models import RejectedRecord, SyncRun
from partners.pages import Applied, Page
from partners.sync import sync_run
from partners.sync.rejected import replayable
from tests.inventory.builders import file_of, make_product

pytestmark = pytest.mark.django_db

HEADINGS = "sku,ean,name,brand,category,length,width,height,dim_unit,weight,weight_unit,rigid,customs_description,hs_code,origin_country"
DRESS = "DRS-1,5012345678900,Midi dress,Arden,Dresses,34,26,4,cm,0.52,kg,no,Dresses,6204.43.00,gb"


def load(file: BinaryIO, at: datetime) -> Applied:
    """Apply a file of one page."""
    [page] = read_products_csv(file)("")
    return apply_products(page, at)


def refusals(applied: Applied) -> list[tuple[str, str]]:
    return [(reject.path, reject.reason) for reject in applied.rejected]


def test_a_row_becomes_a_product_in_whole_mm_and_g(noon: datetime):
    applied = load(file_of(HEADINGS, DRESS), noon)

    product = Product.objects.get()
    assert (applied.created, applied.changed, applied.unchanged, applied.rejected) == (1, 0, 0, [])
    assert (product.sku, product.ean, product.name, product.brand) == ("DRS-1", "5012345678900", "Midi dress", "Arden")
    assert (product.length_mm, product.width_mm, product.height_mm, product.weight_g, product.rigid) == (340, 260, 40, 520, False)
    assert (product.customs_description, product.hs_code, product.origin_country) == ("Dresses", "62044300", "GB")
    assert (product.category, product.source, product.fetched_at, product.changed_at) == ("Dresses", "csv", noon, noon)


@pytest.mark.parametrize(
    ("length", "unit", "mm"),
    [
        ("340", "", 340), ("340", "mm", 340), ("340.01", "mm", 341), ("34", "cm", 340), ("34.05", "CM", 341), ("0.34", "m", 340),
        ("10", "in", 254), ("10.1", "inches", 257), ("1", '"', 26), (" 12 ", "mm", 12), ("0.001", "mm", 1), ("3000", "mm", 3000),
        ("340", "MMT", 340), ("34", "CMT", 340), ("0.34", "MTR", 340),
        ("10", "INH", 254), ("34", "CENTIMETER", 340), ("340", "MILLIMETER", 340),
        ("", "mm", None), ("  ", "cm", None),
    ],
)  # fmt: skip
def test_lengths_are_rounded_up_from_any_unit(length: str, unit: str, mm: int | None, noon: datetime):
    quoted = unit.replace('"', '""')
    load(file_of("sku,length,dim_unit", f'A-1,{length},"{quoted}"'), noon)

    assert Product.objects.get().length_mm == mm


@pytest.mark.parametrize(
    ("weight", "unit", "grams"),
    [("520", "g", 520), ("0.5201", "kg", 521), ("1", "lb", 454), ("1", "oz", 29), ("16", "OZ", 454), ("", "kg", None), ("520.2", "", 521),
     ("520", "GRM", 520), ("0.52", "KGM", 520), ("1", "LBR", 454), ("1", "ONZ", 29), ("520", "GRAMS", 520), ("0.52", "KILOGRAMS", 520),
     ("1", "POUNDS", 454), ("16", "OUNCES", 454), ("0.52", "KILOGRAM", 520)],
)  # fmt: skip
def test_weights_are_rounded_up_from_any_unit(weight: str, unit: str, grams: int | None, noon: datetime):
    load(file_of("sku,weight,weight_unit", f"A-1,{weight},{unit}"), noon)

    assert Product.objects.get().weight_g == grams


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("length", "-3", "length must be more than nought; leave it empty where it is not known"),
        ("length", "34 cm", "length is '34 cm', which is not a number such as 12 or 12.5"),
        ("length", '"1,200"', "length is '1,200', with a comma, which may mean two things: write it with a point, as 12.5"),
        ("length", '"12,5"', "length is '12,5', with a comma, which may mean two things: write it with a point, as 12.5"),
        ("length", "1e3", "length is '1e3', which is not a number such as 12 or 12.5"),
        ("length", "NaN", "length is 'NaN', which is not a number such as 12 or 12.5"),
        ("rigid", "maybe", "rigid is 'maybe', but must be yes or no"),
        ("hs_code", "12", "hs_code must have 6 to 10 digits"),
        ("origin_country", "Great Britain", "origin_country must be a country code of two letters, such as GB"),
        ("sku", "", "sku is missing"),
        ("sku", "S" * 65, "sku is longer than 64 characters"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_used_rejects_its_row_with_row_and_column(column: str, cell: str, reason: str, noon: datetime):
    columns = ["sku", *({column} - {"sku"})]
    row = [cell] if column == "sku" else ["B-2", cell]
    lines = [",".join([*columns, "name"]), ",".join(["A-1", *[""] * (len(columns) - 1), "good"]), ",".join([*row, "bad"])]

    applied = load(file_of(*lines), noon)

    assert refusals(applied) == [(f"row 3: {column}", reason)]
    assert list(Product.objects.values_list("sku", flat=True)) == ["A-1"]


@pytest.mark.parametrize(
    ("column", "cell", "column_of_ours", "listed"),
    [
        ("length", "0", "length_mm", "length is nought, which cannot be right"),
        ("length", "3001", "length_mm", "length comes to 3,001 mm, which cannot be right"),
        ("weight", "100001", "weight_g", "weight comes to 100,001 g, which cannot be right"),
        ("weight", "0.0", "weight_g", "weight is nought, which cannot be right"),
    ],
)
def test_what_cannot_be_right_is_unknown_and_listed_and_its_row_counts(
    column: str, cell: str, column_of_ours: str, listed: str, noon: datetime
):
    applied = load(file_of(f"sku,name,{column}", f"A-1,Dress,{cell}"), noon)

    assert (applied.created, applied.rejected) == (1, [])
    assert (Product.objects.get().name, getattr(Product.objects.get(), column_of_ours)) == ("Dress", None)
    assert Measure.objects.get().absurd == listed


def test_a_size_put_right_is_no_longer_listed(noon: datetime):
    load(file_of("sku,length,width", "A-1,0,99999"), noon)
    assert Measure.objects.get().absurd.count("cannot be right") == 2

    load(file_of("sku,length,width", "A-1,340,260"), noon)

    assert Measure.objects.get().absurd == ""


def test_every_fault_of_a_row_is_named(noon: datetime):
    applied = load(file_of("sku,length,dim_unit,weight", "A-1,12,ell,-1"), noon)

    [(path, reason)] = refusals(applied)
    assert path == "row 2: length, weight"
    assert reason.startswith("length is in 'ell', which is not a unit we know: mm, cm, m, in; weight must be more than nought")


def test_of_a_sku_named_twice_the_last_row_counts_even_across_pages(noon: datetime):
    lines = ["sku,name", *(f"S-{number},x" for number in range(2_500)), "S-7,other"]
    pages = list(read_products_csv(file_of(*lines))(""))
    results = [apply_products(page, noon) for page in pages]

    assert [len(page.records) for page in pages] == [2000, 501]
    assert refusals(results[0]) == [("row 9", "is not used: row 2502 names S-7 again, and the last one counts")]
    assert refusals(results[1]) == []
    assert Product.objects.get(sku="S-7").name == "other"


def test_the_same_file_with_a_double_again_changes_nothing_and_the_row_that_was_taken_back_is_never_replayed(noon: datetime):
    def run() -> SyncRun:
        file = file_of("sku,name", "A-1,first", "A-1,last")
        return sync_run("products", read=read_products_csv(file), apply=apply_products, clock=lambda: noon)

    runs = [run(), run()]

    assert [(each.seen, each.created, each.changed, each.rejected) for each in runs] == [(2, 1, 0, 1), (2, 0, 0, 1)]
    assert Product.objects.get().name == "last"
    assert not replayable(runs[1]).exists()


def test_a_row_that_cannot_be_read_takes_nothing_back(noon: datetime):
    applied = load(file_of("sku,name", "A-1,first", "A-1,last,too many"), noon)

    assert [path for path, _ in refusals(applied)] == ["row 3"]
    assert Product.objects.get().name == "first"


@pytest.mark.parametrize(("column", "word"), [("hazmat", "yes"), ("hazmat", "1"), ("locker_allowed", "no"), ("Locker allowed", "FALSE")])
def test_what_must_not_go_to_a_locker_is_refused_in_words_and_never_read_past(noon: datetime, column: str, word: str):
    applied = load(file_of(f"sku,{column}", f"A-1,{word}", "A-2,"), noon)

    [(path, reason)] = refusals(applied)
    assert path.startswith("row 2: ")
    assert "must not go to a locker, which Lockstep cannot be told yet" in reason
    assert Product.objects.get().sku == "A-2"


def test_what_may_go_to_a_locker_is_read_and_none_of_the_usual_columns_is_unknown(noon: datetime):
    heading, row = "sku,hazmat,locker_allowed,updated_at,colour", "A-1,no,yes,2026-06-01,red"

    applied = load(file_of(heading, row, "A-2,perhaps,,,"), noon)

    assert product_headings(file_of(heading, row)).unknown == ["colour"]
    assert refusals(applied) == [("row 3: hazmat", "hazmat is 'perhaps', but must be yes or no")]
    assert Product.objects.get().sku == "A-1"


@pytest.mark.parametrize(
    ("headings", "row"),
    [
        ("SKU,Length (cm),Width (cm),Depth (cm),Weight (kg)", "A-1,34,26,4,0.52"),
        ("Product SKU;length mm;width_mm;HEIGHT-MM;weight_g", "A-1;340;260;40;520"),
        ("garment_sku\tlength\twidth\theight\tsize unit\tweight\tweight uom", "A-1\t34\t26\t4\tcm\t520\tg"),
        ('"sku","length","width","height","dim_unit","weight"', '"A-1","34","26","4","cm","520"'),
    ],
)
def test_headings_are_understood_by_many_names(headings: str, row: str, noon: datetime):
    load(file_of(headings, row), noon)

    product = Product.objects.get()
    assert (product.length_mm, product.width_mm, product.height_mm, product.weight_g) == (340, 260, 40, 520)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_usual_encodings_are_read(encoding: str, noon: datetime):
    load(file_of("sku,name", "A-1,Robe d’été – taille 10", encoding=encoding), noon)

    assert Product.objects.get().name == "Robe d’été – taille 10"


def test_a_cell_over_several_lines_keeps_the_row_numbers_of_a_spreadsheet(noon: datetime):
    applied = load(file_of("sku,name,length", '"A-1","two\r\nlines",5', "", "B-2,x,-1"), noon)

    assert refusals(applied)[0][0] == "row 4: length"
    assert Product.objects.get().name.splitlines() == ["two", "lines"]


def test_a_row_with_too_many_cells_is_rejected_and_empty_ones_are_fine(noon: datetime):
    applied = load(file_of("sku,name", "A-1,one,two", "B-2,one,,"), noon)

    assert (applied.created, refusals(applied)[0][0]) == (1, "row 2")
    assert "needs quotes" in refusals(applied)[0][1]


def test_text_that_databases_disagree_on_is_stored_clean_and_formulas_as_they_are(noon: datetime):
    load(
        file_of("sku,name,brand,category", 'A-1,"=HYPERLINK(""http://x"")",<script>alert(1)</script>,"a\x00b"', "B-2," + "x" * 400 + ",,"),
        noon,
    )

    product = Product.objects.get(sku="A-1")
    assert (product.name, product.brand, product.category) == ('=HYPERLINK("http://x")', "<script>alert(1)</script>", "ab")
    assert len(Product.objects.get(sku="B-2").name) == 200


def test_the_same_file_again_writes_nothing(noon: datetime):
    load(file_of(HEADINGS, DRESS), noon)
    with CaptureQueriesContext(connection) as queries:
        again = load(file_of(HEADINGS, DRESS), noon + timedelta(days=1))

    assert (again.created, again.changed, again.unchanged) == (0, 0, 1)
    assert len(queries) == 1
    assert Product.objects.get().changed_at == noon


def test_only_what_changed_is_written(noon: datetime):
    lines = [HEADINGS, DRESS, DRESS.replace("DRS-1", "DRS-2")]
    load(file_of(*lines), noon)
    later = noon + timedelta(days=1)

    applied = load(file_of(*lines[:2], lines[2].replace(",34,", ",36,")), later)

    assert (applied.changed, applied.unchanged) == (1, 1)
    assert list(Product.objects.order_by("sku").values_list("length_mm", "changed_at")) == [(340, noon), (360, later)]


def test_a_thousand_new_rows_take_a_handful_of_statements(noon: datetime):
    with CaptureQueriesContext(connection) as queries:
        load(file_of("sku,length", *(f"S-{number},{number + 1}" for number in range(1_000))), noon)

    assert len([query for query in queries if "SAVEPOINT" not in query["sql"]]) <= 8 if connection.vendor == "postgresql" else True
    assert Product.objects.count() == 1_000


def test_an_empty_cell_makes_a_size_unknown_unless_a_person_entered_it(noon: datetime):
    make_product("FILE-1")
    make_product("DESK-1", source="desk", hs_code="62044300")

    load(file_of("sku,length,width,height,weight,rigid,hs_code", "FILE-1,,,,,,", "DESK-1,,,41,,,"), noon)

    file, desk = Product.objects.get(sku="FILE-1"), Product.objects.get(sku="DESK-1")
    assert (file.length_mm, file.height_mm, file.weight_g, file.rigid) == (None, None, None, True)
    assert (desk.length_mm, desk.width_mm, desk.height_mm, desk.weight_g, desk.rigid, desk.hs_code) == (
        340,
        260,
        41,
        520,
        False,
        "62044300",
    )
    assert desk.source == "desk"


def test_a_correction_at_the_desk_stands_until_the_file_says_something_new(noon: datetime):
    headings, row = (
        "sku,length,width,height,weight,rigid,customs_description,hs_code,origin_country",
        "A-1,340,260,40,520,yes,Dress,62044300,GB",
    )
    load(file_of(headings, row), noon)
    set_size("A-1", length_mm=330, width_mm=260, height_mm=40, weight_g=520, actor="system:test", at=noon)

    assert load(file_of(headings, row), noon).unchanged == 1
    assert Product.objects.get().length_mm == 330

    assert load(file_of(headings, row.replace("340", "350")), noon).changed == 1
    assert (Product.objects.get().length_mm, Product.objects.get().source) == (350, "csv")


def test_a_column_that_the_file_does_not_have_says_nothing(noon: datetime):
    load(file_of(HEADINGS, DRESS), noon)

    applied = load(file_of("sku,weight", "DRS-1,600", "NEW-1,5"), noon)

    product, new = Product.objects.get(sku="DRS-1"), Product.objects.get(sku="NEW-1")
    assert (applied.created, applied.changed) == (1, 1)
    assert (product.name, product.length_mm, product.weight_g, product.rigid, product.hs_code) == (
        "Midi dress",
        340,
        600,
        False,
        "62044300",
    )
    assert (new.name, new.length_mm, new.weight_g, new.rigid) == ("", None, 5, True)


def test_a_file_in_another_layout_that_says_the_same_changes_nothing(noon: datetime):
    load(file_of(HEADINGS, DRESS), noon)

    assert load(file_of("sku,length_mm,name", "DRS-1,340,Midi dress"), noon).unchanged == 1


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "The file has no column sku. Its first row is empty."),
        (["name,length", "x,1"], "The file has no column sku. Its first row reads: name, length."),
        (["sku,length,length", "A-1,1,2"], "The file has two columns for length."),
        (["sku,length_mm,Length (cm)", "A-1,1,2"], "The file has two columns for length."),
    ],
)
def test_a_file_with_headings_we_cannot_use_is_refused_with_a_sentence(lines: list[str], sentence: str):
    with pytest.raises(Unreadable) as refusal:
        list(read_products_csv(file_of(*lines))(""))

    assert refusal.value.sentence == sentence


def test_unknown_headings_are_listed():
    assert product_headings(file_of("sku,Colour,Season 2026,name", "A,b,c,d")).unknown == ["Colour", "Season 2026"]


@pytest.mark.parametrize("body", [b"\x89PNG\r\n\x1a\n\x00\x00", b"\xff\xfe\x00", bytes(range(256)) * 40], ids=["image", "half", "noise"])
def test_bytes_that_are_no_table_are_refused(body: bytes):
    with pytest.raises(Unreadable):
        list(read_products_csv(io.BytesIO(body))(""))


@pytest.mark.parametrize("rest", ['"unclosed', "x" * 200_000, "\x00", "=1+1"], ids=["quote", "huge", "nul", "formula"])
def test_a_strange_row_is_one_row_and_the_run_goes_on(rest: str, noon: datetime):
    applied = load(file_of("sku", "A-1", rest), noon)

    assert (applied.seen, Product.objects.filter(sku="A-1").count()) == (2, 1)


def test_a_path_and_an_open_file_read_alike(tmp_path, noon: datetime):
    path = tmp_path / "products.csv"
    path.write_bytes(file_of(HEADINGS, DRESS).read())

    [from_path], [from_file] = read_products_csv(str(path))(""), read_products_csv(file_of(HEADINGS, DRESS))("")

    assert from_path.records == from_file.records
    assert (from_path.source, from_path.body) == ("products.csv", from_file.body)


def test_the_feed_runs_and_counts_add_up(noon: datetime):
    file = file_of(HEADINGS, DRESS, DRESS.replace("DRS-1", "DRS-2").replace(",34,", ",-34,"))

    run = sync_run("products", read=read_products_csv(file), apply=apply_products, clock=lambda: noon)

    assert (run.outcome, run.seen, run.created, run.rejected) == ("ok", 2, 1, 1)
    assert list(run.rejected_records.values_list("key", "path")) == [("DRS-2", "row 3: length")]
    assert b"DRS-2" in zlib.decompress(bytes(run.payloads.get().body))


def test_a_file_without_a_sku_column_is_a_failed_run_that_says_why(noon: datetime):
    run = sync_run("products", read=read_products_csv(file_of("name", "x")), apply=apply_products, clock=lambda: noon)

    assert (run.outcome, run.why) == ("failed", "The file has no column sku. Its first row reads: name.")


def test_a_refused_row_can_be_tried_again_by_itself_from_what_was_kept(noon: datetime, monkeypatch):
    file = file_of("SKU,Length (ell),Colour", 'A-1,"4",red', "B-2,-1,red")
    run = sync_run("products", read=read_products_csv(file), apply=apply_products, clock=lambda: noon)
    run.rejected_records.update(replay_asked_at=noon)
    monkeypatch.setattr("inventory.sync.products.MM", MM | {"ell": MM["m"] / 2})

    again = sync_run("products", read=lambda _cursor: iter(()), apply=apply_products, clock=lambda: noon)

    assert (again.created, again.rejected) == (1, 1)
    assert Product.objects.get().length_mm == 2_000
    assert list(RejectedRecord.objects.filter(solved_at=None).values_list("key", "path", "times")) == [("B-2", "row 3: length", 2)]


@pytest.mark.parametrize("kept", [b"", b"row,sku", b"row,sku\nx,A-1", b"row,name\n2,x", b"\xff\n\n\n"])
def test_what_was_kept_of_a_row_and_cannot_be_read_again_is_refused_with_a_sentence(kept: bytes, noon: datetime):
    applied = apply_products(Page(records=[kept], cursor=None, source="replay", body=kept), noon)

    assert refusals(applied) == [("row 0", "cannot be read again by itself: correct it in the file and upload that")]
