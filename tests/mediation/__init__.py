"""Tests of chalicelib/mediation."""
