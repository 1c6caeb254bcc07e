"""Tracing: how long requests, transactions and statements take, told to the operator's own collector of traces."""
