"""企业性质: the natures of corporate customers (IB 3873)."""

from __future__ import annotations

from kernel.text import Text

NATURES: dict[str, Text] = {
    "001": Text("全民所有制", "State-owned"),
    "002": Text("集体", "Collective"),
    "003": Text("个体", "Individual"),
    "004": Text("三资", "Foreign-invested"),
    "005": Text("股份制", "Joint-stock"),
    "006": Text("有限责任", "Limited liability"),
    "007": Text("个人独资", "Sole proprietorship"),
    "008": Text("合伙企业", "Partnership"),
    "009": Text("其他", "Other"),
}
