"""Which number a customer's next account gets."""

from __future__ import annotations

from kernel.numbers import LOAN_FIRST, corporate_account, personal_account
from services.savings.domain.errors import NUMBERS_USED_UP
from services.savings.domain.products import Owner, Product

_PERSONAL_RESUMES = 8000
_PERSONAL_END = 10_000
_CORPORATE_END = 100


def series_of(product: Product) -> str:
    """The series an account is numbered in: one for all of a person's, one per subject of an organisation (IB 281-285, 613-617)."""
    return "personal" if product.owner is Owner.PERSONAL else product.subject_digits


def account_number(product: Product, customer_number: str, count: int) -> str:
    """The number of a customer's `count`th account (from 1) in its series; the numbers of loans are left out.

    The hundredth of an organisation's accounts under one subject takes 00. Raises `account.numbers_used_up`.
    """
    if product.owner is Owner.PERSONAL:
        sequence = count if count < LOAN_FIRST else count - LOAN_FIRST + _PERSONAL_RESUMES
        if sequence >= _PERSONAL_END:
            raise NUMBERS_USED_UP(field="customer_number")
        return personal_account(customer_number, sequence)
    if count > _CORPORATE_END:
        raise NUMBERS_USED_UP(field="customer_number")
    return corporate_account(customer_number, product.subject_digits, count % _CORPORATE_END)
