"""Documents and the identity under which a customer is opened once (IB 400-415, 855, 1821-1827, 3870-3880)."""

import pytest

from kernel.errors import DomainError
from services.customer.domain.identity import CustomerKind, check_document, document_choices, full_name, identity_of
from services.customer.domain.natures import NATURES

PERSONAL, CORPORATE = CustomerKind.PERSONAL, CustomerKind.CORPORATE
# A specimen number: place 110105, born 1949-12-31, check character X; and the same person's 15-digit number.
LONG, SHORT = "11010519491231002X", "110105491231002"


@pytest.mark.parametrize("given", [LONG, LONG.lower(), f" {LONG[:6]} {LONG[6:]} ", SHORT])
def test_a_resident_has_one_number_however_it_is_written(given: str) -> None:
    assert check_document(PERSONAL, "A", given) == LONG


@pytest.mark.parametrize(
    ("kind", "id_type", "id_number", "code"),
    [
        (PERSONAL, "A", "110105194912310021", "identity.resident.check_digit"),
        (PERSONAL, "A", "11010519491231", "identity.resident.malformed"),
        (PERSONAL, "A", "", "customer.id_number.missing"),
        (PERSONAL, "B", "   ", "customer.id_number.missing"),
        (PERSONAL, "G", "440301103456789", "customer.id_type.unfit"),
        (PERSONAL, "Q", "1", "customer.id_type.unfit"),
        (CORPORATE, "C", "1", "customer.id_type.unfit"),
        (CORPORATE, "Z", "", "customer.id_number.missing"),
        (CORPORATE, "G", "91350100M000100Y44", "identity.credit_code.check_digit"),
    ],
)
def test_documents_that_are_refused(kind: CustomerKind, id_type: str, id_number: str, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        check_document(kind, id_type, id_number)
    assert refused.value.code == code


def test_documents_that_are_accepted() -> None:
    assert check_document(PERSONAL, "Z", "") == ""
    assert check_document(PERSONAL, "B", "g12345678") == "G12345678"
    assert check_document(CORPORATE, "G", "440301103456789") == "440301103456789"  # a licence number of before 2015
    assert check_document(CORPORATE, "G", "91350100M000100Y43") == "91350100M000100Y43"  # the specimen of GB 32100-2015


def test_persons_are_known_by_document_enterprises_by_full_name() -> None:
    assert identity_of(PERSONAL, "张三", "A", LONG) == identity_of(PERSONAL, "张三丰", "A", LONG)
    assert identity_of(PERSONAL, "张三", "A", LONG) != identity_of(CORPORATE, "张三", "A", LONG)
    assert identity_of(CORPORATE, "张三", "A", LONG) != identity_of(CORPORATE, "张三", "A", "110101199003070716")
    assert identity_of(CORPORATE, "东湖(集团)有限公司", "G", "1") == identity_of(CORPORATE, "东湖（集团） 有限公司", "G", "2")
    assert identity_of(CORPORATE, "第一小学", "Z", "1") == identity_of(CORPORATE, "第一小学", "Z", "2")
    assert identity_of(PERSONAL, "张三", "Z", "") is None


def test_full_names_are_compared_without_width_case_and_blanks() -> None:
    assert full_name("ＡＢＣ 贸易") == full_name("abc贸易")


def test_forms_offer_what_the_rules_accept() -> None:
    assert [letter for letter, _ in document_choices(PERSONAL)] == ["A", "B", "C", "D", "E", "Z"]
    assert [letter for letter, _ in document_choices(CORPORATE)] == ["A", "B", "G", "Z"]
    assert list(NATURES) == [f"{number:03d}" for number in range(1, 10)]
