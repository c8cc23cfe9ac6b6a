"""The pages of the door: sign-on, the teller's workbench, queries, reports, operations."""
