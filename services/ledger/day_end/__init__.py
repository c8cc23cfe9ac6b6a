"""The end of the business day 日终: a run of ordered steps that may each be repeated; what is done stands in rows."""
