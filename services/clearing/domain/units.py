"""The tree of units as netting walks it, again and again over the same few thousand: remembered answers of the kernel's number rules."""

from __future__ import annotations

from functools import lru_cache

from kernel import numbers

superior_of = lru_cache(maxsize=1 << 14)(numbers.superior_of)
is_business_department = lru_cache(maxsize=1 << 14)(numbers.is_business_department)
