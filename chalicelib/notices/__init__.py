"""Notices: what is sent, when, in which words, and the evidence of it."""
