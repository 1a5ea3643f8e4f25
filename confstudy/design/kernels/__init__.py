"""The usual analyses, compiled: every replication of a batch by itself, with the same bits."""
