"""Mediation from application to signatures: the acts of its parties, each a fact and a step of the case."""
