"""Complaints handled: acknowledged, decided, reviewed, each within its clock."""
