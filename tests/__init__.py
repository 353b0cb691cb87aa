"""Accord's tests; they mirror chalicelib and cannot reach the world."""
