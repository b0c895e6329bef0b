"""A data file as bytes that a reader can parse: compression, byte order marks and quoted rows are undone here."""

from __future__ import annotations

import io
from functools import cached_property
from pathlib import Path

from btcore.errors import DataError

HEAD_BYTES = 4096
HEAD_LINES = 20
GZIP, ZIP, ZSTD, PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"\x28\xb5\x2f\xfd", b"PAR1"
UTF16 = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
UTF8_MARK = b"\xef\xbb\xbf"


class Source:
    """One file of candles.

    Parameters
    ----------
    path : a plain, .gz, .zip (with one data file inside) or .zst file; known by its content, not by its name

    Raises
    ------
    DataError : a file that is missing, empty, or whose compressed content is cut off.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                self._start = file.read(HEAD_BYTES)
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror or error}") from None
        if not self._start:
            raise DataError(f"{path} is empty")

    @property
    def is_parquet(self) -> bool:
        """True for a Parquet file."""
        return self._start.startswith(PARQUET)

    @cached_property
    def data(self) -> Path | bytes:
        """What a parser reads: the path of a plain file, else its content as UTF-8."""
        content = self._decompressed()
        start = self._start if content is None else content[:HEAD_BYTES]
        if start[:2] in UTF16:
            content = (content or self.path.read_bytes()).decode(UTF16[start[:2]]).encode()
        elif self._rows_are_quoted(start):
            content = (content or self.path.read_bytes()).replace(b'"', b"")
        if content is not None and not content.strip():
            raise DataError(f"{self.path} is empty")
        return self.path if content is None else content

    @cached_property
    def head(self) -> list[str]:
        """The first lines, without line ends and byte order mark; at most 20."""
        if self.is_parquet:
            raise DataError(f"{self.path} is a Parquet file, not text")
        start = self._start if isinstance(self.data, Path) else self.data[:HEAD_BYTES]
        is_whole = len(start) < HEAD_BYTES
        if b"\x00" in start:
            raise DataError(f"{self.path} is neither text nor Parquet")
        lines = start.removeprefix(UTF8_MARK).decode("utf-8", errors="replace").split("\n")
        complete = lines if is_whole or len(lines) == 1 else lines[:-1]
        head = [line.rstrip("\r") for line in complete if line.strip()][:HEAD_LINES]
        if not head:
            raise DataError(f"{self.path} has blank lines where a header or candles are expected")
        return head

    def without_blank_lines(self) -> Source | None:
        """The same file without its blank lines; None where it has none."""
        content = self.data.read_bytes() if isinstance(self.data, Path) else self.data
        lines = content.splitlines()
        kept = [line for line in lines if line.strip()]
        if len(kept) == len(lines):
            return None
        result = Source(self.path)
        result.data = b"\n".join(kept) + b"\n"
        return result

    @staticmethod
    def _rows_are_quoted(start: bytes) -> bool:
        """True where a whole row stands in one pair of quotes with separators inside."""
        line = start.removeprefix(UTF8_MARK).split(b"\n")[0].strip()
        quoted = line[:1] == b'"' == line[-1:] and line.count(b'"') == 2
        return quoted and any(mark in line for mark in (b"\t", b",", b";"))

    def _decompressed(self) -> bytes | None:
        """The content of a compressed file; None for a plain one."""
        if not self._start.startswith((GZIP, ZIP, ZSTD)):
            return None
        import gzip
        import zipfile
        import zlib

        try:
            if self._start.startswith(GZIP):
                return gzip.decompress(self.path.read_bytes())
            if self._start.startswith(ZIP):
                return self._unzipped()
            return self._unzstd()
        except (EOFError, OSError, zlib.error, zipfile.BadZipFile) as error:
            raise DataError(f"{self.path} is compressed, and cut off or damaged ({error}); fetch it again") from None

    def _unzipped(self) -> bytes:
        import zipfile

        with zipfile.ZipFile(self.path) as archive:
            names = [item.filename for item in archive.infolist() if not item.is_dir()]
            tables = [name for name in names if name.lower().endswith((".csv", ".tsv"))] or names
            if len(tables) != 1:
                raise DataError(f"{self.path} must hold one data file, it holds {', '.join(names) or 'none'}")
            return archive.read(tables[0])

    def _unzstd(self) -> bytes:
        """Through polars, which decompresses what it scans: each line as one column."""
        import polars as pl

        try:
            lines = pl.scan_csv(
                self.path, has_header=False, separator="\x01", quote_char=None, schema={"line": pl.String}
            ).collect()
        except pl.exceptions.PolarsError as error:
            raise OSError(str(error).splitlines()[0]) from None
        text = io.BytesIO()
        lines.write_csv(text, include_header=False, quote_style="never")
        return text.getvalue()
