"""Accord: from an overdue loan to a lawful notice, an answer and a closed case."""
