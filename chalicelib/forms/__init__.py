"""Questions put to a person, one page at a time: what is asked, what may be answered (pure)."""
