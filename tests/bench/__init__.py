"""The bench: what intake costs beside plainer handlers, and what a plain case costs on AWS."""
