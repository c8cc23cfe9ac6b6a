"""The end of the business day 日终: one run of ordered steps, each of which may be repeated; what is done stands in rows, so a crash loses nothing."""
