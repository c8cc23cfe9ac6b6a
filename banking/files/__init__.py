"""Files with lines that customers bring: read within bounds, refused clearly, nothing in them run."""
