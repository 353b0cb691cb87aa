"""The world these lives are lived in: that of the fault sweep, in which nothing fails here."""

from tests.faults.conftest import world

__all__ = ["world"]
