"""The operators' commands; never shipped."""
