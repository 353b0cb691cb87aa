"""The evidence of a case: everything on record in one signed file that anyone can check offline."""
