"""Files with the lines of an agency batch 代理批量文件, as the door takes them and the savings service answers."""

from __future__ import annotations

from pydantic import BaseModel

MOST_BYTES = 16 * 2**20
"""How large a file may be as it is sent."""
FILE_NAME = r"^[^\x00-\x1f\x7f]+$"
"""What a file may be called: anything that can be shown on a line."""
FILE_TYPE = "application/octet-stream"


class FileTaken(BaseModel):
    """The lines of a file, all of them, are the lines of the batch now: how many, and what they come to."""

    contract: str
    batch: int
    file_name: str | None
    count: int
    total: str
