"""The packaged template on the local engine, driven over HTTP as its users would."""
