"""Made-up customers of the tests."""

from typing import Any

PLACE = "110105"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def resident(sequence: int) -> str:
    """A resident identity number with the check character of GB 11643, computed here by hand."""
    digits = f"{PLACE}19700101{sequence:03d}"
    return digits + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True)) % 11]


def person(sequence: int, **more: Any) -> dict[str, Any]:
    return {"name": f"客户{sequence:03d}", "id_type": "A", "id_number": resident(sequence), **more}


def company(name: str, **more: Any) -> dict[str, Any]:
    licence = {"nature": "006", "id_type": "G", "id_number": "440301103456789", "address": "东湖路1号", "phone": "027-1234567"}
    return {"name": name, **licence, **more}
