"""Tables that customers bring as files, row by row: text with separators (UTF-8, GB18030) and workbooks (XLSX). Nothing in them is run.

A workbook is read as a stream of bounded size: it may unpack to no more than `UNPACKED_LIMIT` bytes, names no other document and declares
no entities, whatever it says of itself.
"""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache, reduce
from xml.parsers import expat

from banking.files.errors import FILE_BROKEN, FILE_ENCODING, FILE_MACROS, FILE_TOO_LARGE

UNPACKED_LIMIT = 64 * 2**20
MOST_STRINGS = 1_000_000
CHUNK = 2**16
LONGEST_CELL = 32_767
"""What a cell of a workbook holds at most."""
MOST_COLUMNS = 64
WORKBOOK = b"PK\x03\x04"
SEPARATORS = ",\t;"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_COMPRESSIONS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What a workbook may be packed with; other ways cost memory as the file pleases."""
_BAD_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)


class Number(str):
    """A number as a workbook keeps it."""


class Formula(str):
    """The last value of a formula."""


class Other(str):
    """A date, a truth value, an error."""


Cell = str
"""What stands in a cell: text as it was typed is a plain `str`, everything else one of the classes above."""
Row = tuple[int, list[Cell]]
"""The number of a line, from 1, and its cells from the left; missing ones are empty text."""


def rows_of(content: bytes) -> Iterator[Row]:
    """The rows of a file that are not blank. Raises `file.encoding`, `file.broken`, `file.macros`, `file.too_large`."""
    rows = _rows_of_workbook(content) if content[:4] == WORKBOOK else _rows_of_text(content)
    return (row for row in rows if any(cell and (type(cell) is Formula or not cell.isspace()) for cell in row[1]))


def _rows_of_text(content: bytes) -> Iterator[Row]:
    text = _decoded(content)
    head = text[:4096].lstrip("\r\n").partition("\n")[0]
    separator = max(SEPARATORS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for fields in reader:
            yield reader.line_num, fields
    except csv.Error:
        raise FILE_ENCODING(field="file", line=reader.line_num) from None


def _decoded(content: bytes) -> str:
    if content[:2] in _UTF_16 or b"\x00" in content[:CHUNK]:
        raise FILE_ENCODING(field="file", line=1)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        raise FILE_ENCODING(field="file", line=content.count(b"\n", 0, error.start) + 1) from None


def _rows_of_workbook(content: bytes) -> Iterator[Row]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            yield from _Workbook(archive).rows()
    except _BAD_ZIP as error:
        raise FILE_BROKEN(field="file") from error
    except (expat.ExpatError, KeyError, IndexError, ValueError) as error:
        raise FILE_BROKEN(field="file") from error


class _Workbook:
    """The first sheet of a workbook."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._left = UNPACKED_LIMIT

    def rows(self) -> Iterator[Row]:
        if any(name.lower().endswith("vbaproject.bin") for name in self._archive.namelist()):
            raise FILE_MACROS(field="file")
        first, targets = _Sheets(), _Relations()
        self._read("xl/workbook.xml", first)
        self._read("xl/_rels/workbook.xml.rels", targets)
        strings = _Strings()
        if targets.strings is not None:
            self._read(targets.strings, strings)
        sheet = _Sheet(strings.found)
        for _ in self._pieces(targets.by_id[first.first], sheet):
            yield from sheet.taken()

    def _read(self, name: str, reader: _Reader) -> None:
        for _ in self._pieces(name, reader):
            pass

    def _pieces(self, name: str, reader: _Reader) -> Iterator[None]:
        """Feed a part to its reader piece by piece. Raises `file.too_large`."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
        parser.CharacterDataHandler = reader.data
        parser.StartDoctypeDeclHandler = _no_doctype
        if self._archive.getinfo(name).compress_type not in _COMPRESSIONS:
            raise FILE_BROKEN(field="file")
        with self._archive.open(name) as part:
            while piece := part.read(CHUNK):
                self._left -= len(piece)
                if self._left < 0:
                    raise FILE_TOO_LARGE(field="file", limit=UNPACKED_LIMIT)
                parser.Parse(piece, False)
                yield
        parser.Parse(b"", True)
        yield


def _no_doctype(*_declared: object) -> None:
    raise FILE_BROKEN(field="file")


class _Reader:
    """What is made of the elements of a part."""

    def start(self, tag: str, attributes: dict[str, str]) -> None: ...

    def end(self, tag: str) -> None: ...

    def data(self, text: str) -> None: ...


def _local(tag: str) -> str:
    """The name of an element without the prefix of its name space."""
    return tag.rpartition(":")[2] if ":" in tag else tag


class _Sheets(_Reader):
    """The relation of the first sheet."""

    def __init__(self) -> None:
        self.first = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) == "sheet" and not self.first:
            self.first = next(value for name, value in attributes.items() if name.endswith(":id"))


class _Relations(_Reader):
    """Where parts lie, and where the shared strings."""

    def __init__(self) -> None:
        self.by_id: dict[str, str] = {}
        self.strings: str | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if _local(tag) != "Relationship" or attributes.get("TargetMode") == "External":
            return
        target = attributes["Target"]
        path = target[1:] if target.startswith("/") else f"xl/{target}"
        self.by_id[attributes["Id"]] = path
        if attributes["Type"].endswith("/sharedStrings"):
            self.strings = path


class _Strings(_Reader):
    """The shared strings; how they are pronounced is left out."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._parts: list[str] = []
        self._text = self._aside = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = _local(tag)
        if tag == "si":
            self._parts = []
        elif tag == "rPh":
            self._aside = True
        self._text = tag == "t" and not self._aside

    def end(self, tag: str) -> None:
        tag = _local(tag)
        if tag == "si":
            if len(self.found) >= MOST_STRINGS:
                raise FILE_TOO_LARGE(field="file", limit=UNPACKED_LIMIT)
            self.found.append("".join(self._parts))
        elif tag == "rPh":
            self._aside = False
        self._text = False

    def data(self, text: str) -> None:
        if self._text:
            self._parts.append(text)


class _Sheet(_Reader):
    """The rows of a sheet, taken away as they are complete."""

    def __init__(self, strings: list[str]) -> None:
        self._strings = strings
        self._ready: list[Row] = []
        self._line = 0
        self._cells: list[Cell] = []
        self._kind = ""
        self._formula = self._value = False
        self._parts: list[str] = []

    def taken(self) -> list[Row]:
        ready, self._ready = self._ready, []
        return ready

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = _local(tag)
        if tag == "c":
            cells = self._cells
            place = _column(attributes["r"].rstrip("0123456789")) if "r" in attributes else len(cells)
            if place != len(cells):
                if not len(cells) < place < MOST_COLUMNS:
                    raise FILE_BROKEN(field="file")
                cells += [""] * (place - len(cells))
            self._kind, self._formula, self._parts = attributes.get("t", "n"), False, []
        elif tag == "row":
            self._line = int(attributes.get("r", self._line + 1))
            self._cells = []
        elif tag == "f":
            self._formula = True
        self._value = tag in ("v", "t")

    def end(self, tag: str) -> None:
        tag = _local(tag)
        if tag == "c":
            self._cells.append(self._cell("".join(self._parts)))
        elif tag == "row":
            self._ready.append((self._line, self._cells))
        self._value = False

    def data(self, text: str) -> None:
        if self._value:
            self._parts.append(text)

    def _cell(self, text: str) -> Cell:
        if len(text) > LONGEST_CELL:
            raise FILE_BROKEN(field="file")
        if self._formula:
            return Formula(text)
        if not text or self._kind in ("inlineStr", "str"):
            return text
        if self._kind == "s":
            return self._strings[int(text)]
        return Number(text) if self._kind == "n" else Other(text)


@cache
def _column(letters: str) -> int:
    """The place of a column: `A` is 0, `AA` is 26. Raises `ValueError` for what names none."""
    if not letters.isascii() or not letters.isalpha() or len(letters) > 3:
        raise ValueError(letters)
    return reduce(lambda place, letter: place * 26 + ord(letter) - 64, letters.upper(), 0) - 1
