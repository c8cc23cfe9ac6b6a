"""Lending: loan notes, loans, their interest and their decline."""
