"""The identity document of whoever brings an order 证件: of the executing officer of a freeze, of who fetches cheques."""

from __future__ import annotations

from typing import Literal

from banking.fields import Form, ShortText, labelled
from kernel.identity import check_resident_number
from services.savings.domain.documents import DOCUMENT_TYPES
from services.savings.domain.errors import DOCUMENT_INCOMPLETE

ID_TYPES = tuple(DOCUMENT_TYPES.items())


class IdentityForm(Form):
    """The document, where one is shown: its type and its number."""

    id_type: Literal["A", "B", "G", "Z"] | None = labelled("证件类别", "Document type", None, widget="choice", choices=ID_TYPES)
    id_number: ShortText | None = labelled("证件号码", "Document number", None)


def identity_of(form: IdentityForm) -> tuple[str | None, str | None]:
    """Type and number of the document; whoever chooses a type gives the number (IB 3337).

    Raises `document.incomplete`, `identity.resident.*`.
    """
    if (form.id_type is None) != (form.id_number is None):
        raise DOCUMENT_INCOMPLETE(field="id_type" if form.id_type is None else "id_number")
    if form.id_type == "A" and form.id_number is not None:
        return form.id_type, check_resident_number(form.id_number)
    return form.id_type, form.id_number
