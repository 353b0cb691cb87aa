"""The one table: rows, keys and a small repository per noun."""
