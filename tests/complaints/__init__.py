"""Complaints: handled by their clocks, by somebody who is not complained of."""
