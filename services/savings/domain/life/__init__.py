"""What a deposit earns from its opening to its closing, product by product (IB 838-1500, domain.md section 9). Pure."""
