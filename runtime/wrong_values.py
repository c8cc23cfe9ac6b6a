"""What is wrong with a value, in both languages: a sentence for each kind of complaint the models make."""

from __future__ import annotations

from typing import Any

from kernel.text import Text

_SENTENCES: dict[str, Text] = {
    "missing": Text("必须填写", "is missing"),
    "extra_forbidden": Text("不属于本请求", "is not part of this request"),
    "string": Text("应为文本", "must be text"),
    "string_too_short": Text("至少 {min_length} 个字符", "needs at least {min_length} characters"),
    "string_too_long": Text("最多 {max_length} 个字符", "has at most {max_length} characters"),
    "string_pattern_mismatch": Text("格式不正确(应符合 {pattern})", "has the wrong form (it should match {pattern})"),
    "literal_error": Text("应为 {expected} 之一", "must be one of {expected}"),
    "enum": Text("应为 {expected} 之一", "must be one of {expected}"),
    "int": Text("应为整数", "must be a whole number"),
    "bool": Text("应为 true 或 false", "must be true or false"),
    "date": Text("应为日期 YYYY-MM-DD", "must be a date YYYY-MM-DD"),
    "uuid": Text("应为 UUID", "must be a UUID"),
    "decimal": Text("应为十进制数", "must be a decimal number"),
    "list": Text("应为列表", "must be a list"),
    "tuple": Text("应为列表", "must be a list"),
    "too_short": Text("至少 {min_length} 项", "needs at least {min_length} items"),
    "too_long": Text("最多 {max_length} 项", "has at most {max_length} items"),
    "dict": Text("应为 JSON 对象", "must be a JSON object"),
    "model": Text("应为 JSON 对象", "must be a JSON object"),
    "greater_than_equal": Text("不得小于 {ge}", "must be {ge} or more"),
    "greater_than": Text("必须大于 {gt}", "must be greater than {gt}"),
    "less_than_equal": Text("不得大于 {le}", "must be {le} or less"),
    "less_than": Text("必须小于 {lt}", "must be less than {lt}"),
}
_UNNAMED = Text("不正确", "is not right")


def sentence_of(error: dict[str, Any]) -> Text:
    """The sentence for one complaint of a model: its type decides, whole families share one (`date_type`, `date_parsing`, ...)."""
    kind = str(error["type"])
    found = _SENTENCES.get(kind) or _SENTENCES.get(kind.partition("_")[0], _UNNAMED)
    context = {name: _or(value) for name, value in (error.get("ctx") or {}).items()}
    try:
        return Text(found.zh.format(**context), found.en.format(**context))
    except KeyError:
        return _UNNAMED


def _or(value: Any) -> Any:
    """Models join what they expect with an English word."""
    return value.replace(" or ", ", ") if isinstance(value, str) else value
