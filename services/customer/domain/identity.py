"""Who a customer is: documents, and the key under which one customer is opened once."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

from kernel.identity import check_credit_code, check_resident_number
from kernel.text import Text
from services.customer.domain.errors import ID_NUMBER_MISSING, ID_TYPE_UNFIT
from services.customer.domain.instruments import Category

RESIDENT_CARD = "A"
LICENCE = "G"
NO_DOCUMENT = "Z"
_CREDIT_CODE_LENGTH = 18


class CustomerKind(Enum):
    """私人客户 or 公司客户; the value is the word on the wire."""

    PERSONAL = "personal"
    CORPORATE = "corporate"


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A kind of document 证件类别: its letter, its name, whether it names a person, and who may show it (IB 3500, 3876)."""

    letter: str
    name: Text
    of_person: bool
    kinds: frozenset[CustomerKind]


_BOTH = frozenset(CustomerKind)
_PERSONAL = frozenset({CustomerKind.PERSONAL})
_CORPORATE = frozenset({CustomerKind.CORPORATE})

DOCUMENT_TYPES: dict[str, DocumentType] = {
    document.letter: document
    for document in (
        DocumentType(RESIDENT_CARD, Text("居民身份证", "Resident identity card"), True, _BOTH),
        DocumentType("B", Text("护照", "Passport"), True, _BOTH),
        DocumentType("C", Text("户口簿", "Household register"), True, _PERSONAL),
        DocumentType("D", Text("军人、武警身份证件", "Military or armed police card"), True, _PERSONAL),
        DocumentType("E", Text("港澳台居民通行证", "Permit of residents of Hong Kong, Macao and Taiwan"), True, _PERSONAL),
        DocumentType(LICENCE, Text("营业执照", "Business licence"), False, _CORPORATE),
        DocumentType(NO_DOCUMENT, Text("无/其他", "None or other"), False, _BOTH),
    )
}


def document_choices(kind: CustomerKind) -> tuple[tuple[str, Text], ...]:
    """The documents a kind of customer may show, as a form offers them."""
    return tuple((document.letter, document.name) for document in DOCUMENT_TYPES.values() if kind in document.kinds)


def check_document(kind: CustomerKind, id_type: str, id_number: str) -> str:
    """The number of a document as the bank keeps it: upper case without blanks, a resident's in its 18-digit form.

    A person without a document has no number (IB 855). A licence number of 18 characters must be a unified social credit code.
    Raises `customer.id_type.unfit`, `customer.id_number.missing`, and `identity.*`.
    """
    document = DOCUMENT_TYPES.get(id_type)
    if document is None or kind not in document.kinds:
        raise ID_TYPE_UNFIT(field="id_type", id_type=id_type)
    number = re.sub(r"\s+", "", unicodedata.normalize("NFKC", id_number)).upper()
    if not number and not (id_type == NO_DOCUMENT and kind is CustomerKind.PERSONAL):
        raise ID_NUMBER_MISSING(field="id_number")
    if id_type == RESIDENT_CARD:
        return check_resident_number(number)
    if id_type == LICENCE and len(number) == _CREDIT_CODE_LENGTH:
        return check_credit_code(number)
    return number


def identity_of(kind: CustomerKind, name: str, id_type: str, id_number: str, category: Category = Category.ORDINARY) -> str | None:
    """The key that no two customers may share; None for persons without a document.

    Persons are known by their document, once as an ordinary and once as a card customer, also those who open corporate accounts;
    enterprises by their full name (IB 400-407, 1821-1827). Takes the number as `check_document` gives it.
    """
    if DOCUMENT_TYPES[id_type].of_person:
        owner = Category.CARD.value if category is Category.CARD else kind.value
        return f"{owner}:{id_type}:{id_number}"
    if kind is CustomerKind.CORPORATE:
        return f"{kind.value}:name:{full_name(name)}"
    return None


def identities_against(kind: CustomerKind, name: str, id_type: str, id_number: str, category: Category) -> tuple[str, ...]:
    """The keys under which a new customer may be known already: who has a card customer opens no ordinary one any more (IB 404-406)."""
    own = identity_of(kind, name, id_type, id_number, category)
    if own is None:
        return ()
    if kind is CustomerKind.PERSONAL and category is Category.ORDINARY:
        card = identity_of(kind, name, id_type, id_number, Category.CARD)
        return (own, card) if card else (own,)
    return (own,)


def full_name(name: str) -> str:
    """A name as it is compared: width, case and blanks do not tell two names apart."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()
