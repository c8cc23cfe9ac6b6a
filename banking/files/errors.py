"""What can be wrong with a file of lines."""

from __future__ import annotations

from kernel.errors import ErrorType, Kind

FILE_EMPTY = ErrorType("file.empty", Kind.INVALID, "文件没有明细", "the file has no lines")
FILE_ENCODING = ErrorType(
    "file.encoding",
    Kind.INVALID,
    "第 {line} 行无法识别:文本文件须为 UTF-8 或 GB18030 编码",
    "line {line} cannot be read: a text file must be in UTF-8 or GB18030",
)
FILE_BROKEN = ErrorType("file.broken", Kind.INVALID, "不是可读的 XLSX 工作簿", "this is not a workbook (XLSX) that can be read")
FILE_MACROS = ErrorType(
    "file.macros", Kind.INVALID, "工作簿含有宏,请另存为不含宏的 XLSX", "the workbook has macros: save it as a workbook without"
)
FILE_TOO_LARGE = ErrorType(
    "file.too_large", Kind.TOO_LARGE, "文件解压后超过 {limit} 字节", "unpacked, the file is larger than {limit} bytes"
)
FILE_COLUMNS = ErrorType(
    "file.columns",
    Kind.INVALID,
    "首行列名不符:{problem_zh};应有“{needed_zh}”,可有“{others_zh}”",
    "the columns in the first line are wrong: {problem_en}; expected are {needed_en}, and if wanted {others_en}",
)
FILE_TOO_LONG = ErrorType("file.too_long", Kind.INVALID, "文件最多 {most} 行明细", "a file has at most {most} lines")
FILE_LINES = ErrorType(
    "file.lines",
    Kind.INVALID,
    "文件有 {count} 处错误;第 {line} 行{column_zh}:{problem_zh}",
    "the file has {count} errors; line {line}, {column_en}: {problem_en}",
)
