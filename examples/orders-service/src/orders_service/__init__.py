"""A small service over HTTP: orders, their lines and their totals."""
