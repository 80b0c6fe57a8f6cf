"""Labels: PDF and ZPL, small and valid, in the format that `Accept` asks for, as they are or within JSON."""

import base64
from collections.abc import Callable, Iterable

from partners.sandbox.inpost.book import Carrier, Shipment
from partners.sandbox.inpost.replies import problem
from partners.sandbox.web import Reply, Request, as_json

Lines = list[str]
# Points, 72 to the inch.
A6, A4 = (298, 420), (595, 842)
_LATIN = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})


def answer(carrier: Carrier, one: Shipment, request: Request) -> Reply:
    wanted = next((kind for kind in _asked(request.headers.get("accept", "")) if kind.replace("+json", "") in FORMATS), "")
    if not wanted:
        return problem(406, "Not Acceptable", f"Choose one of {', '.join(FORMATS)}, or its +json form")
    label = FORMATS[wanted.replace("+json", "")](lines_of(carrier, one))
    with carrier.world.lock:
        one.label_fetches += 1
    kind = wanted.partition(";")[0]
    if "+json" not in kind:
        return Reply(200, label, kind)
    reply = as_json({"label": {"content": base64.b64encode(label).decode()}})
    reply.kind = kind
    return reply


def _asked(accept: str) -> Iterable[str]:
    return ("".join(kind.split()) for kind in accept.split(","))


def lines_of(carrier: Carrier, one: Shipment) -> Lines:
    """What is to be read on the label."""
    point = carrier.world.points.get(one.point) or carrier.world.removed.get(one.point)
    where = [point["address_details"][name] for name in ("building_number", "street", "post_code")] if point else []
    to = one.said["destination"]
    where = where or [f"{to.get('houseNumber', '')} {to.get('street', '')}", str(to.get("city", "")), str(to.get("postalCode", ""))]
    return ["InPost make-believe", one.number, f"Locker {one.point}" if one.point else "To the door", *where, f"Order {one.order}"]


# --- PDF --------------------------------------------------------------------------------------------------------------------------


def pdf(lines: Lines, size: tuple[int, int]) -> bytes:
    """One page with these lines and bars of the number, its cross-reference table true to the byte."""
    width, height = size
    drawn = f"BT /F1 14 Tf 24 {height - 40} Td 22 TL {' '.join(f'({_written(line)}) Tj T*' for line in lines)} ET {_bars(lines[1])}"
    content = drawn.encode("latin-1", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>" % (width, height),
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    return _bound(objects)


def _bound(objects: list[bytes]) -> bytes:
    file, starts = b"%PDF-1.4\n", []
    for place, said in enumerate(objects, start=1):
        starts.append(len(file))
        file += b"%d 0 obj\n%b\nendobj\n" % (place, said)
    table = b"".join(b"%010d 00000 n \n" % start for start in starts)
    count = len(objects) + 1
    ending = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(file))
    return file + b"xref\n0 %d\n0000000000 65535 f \n" % count + table + ending


def _written(line: str) -> str:
    return line.encode("latin-1", "replace").decode("latin-1").translate(_LATIN)


def _bars(number: str) -> str:
    """Not to be scanned: as many bars as the number has characters, as wide as each says."""
    return " ".join(f"{24 + place * 13} 40 {1 + ord(sign) % 10} 70 re f" for place, sign in enumerate(number))


# --- ZPL --------------------------------------------------------------------------------------------------------------------------


def zpl(lines: Lines, dots: int) -> bytes:
    """4 × 6 inches at this many dots to the inch."""
    step = dots * 3 // 10
    fields = [f"^FO40,{step * place}^A0N,{dots // 5},{dots // 6}^FD{_plain(line)}^FS" for place, line in enumerate(lines, start=1)]
    bars = f"^FO40,{step * (len(lines) + 1)}^BCN,{dots},Y,N,N^FD{lines[1]}^FS"
    return "\n".join([f"^XA^CI28^PW{dots * 4}^LL{dots * 6}", *fields, bars, "^XZ\n"]).encode()


def _plain(line: str) -> str:
    """The signs that begin a command mean nothing in a text."""
    return line.replace("^", " ").replace("~", " ")


FORMATS: dict[str, Callable[[Lines], bytes]] = {
    "application/pdf;format=A6": lambda lines: pdf(lines, A6),
    "application/pdf;format=A4": lambda lines: pdf(lines, A4),
    "text/zpl;dpi=203": lambda lines: zpl(lines, 203),
    "text/zpl;dpi=300": lambda lines: zpl(lines, 300),
}
