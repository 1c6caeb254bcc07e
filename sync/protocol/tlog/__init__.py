"""The transparency log's formats: pure functions over text and bytes, for log, witnesses and whoever checks.

Trees hash by RFC 6962; notes, checkpoints, cosignatures and tiles are those of the C2SP specifications; only the leaves
and the statements of a changed key or a new start are our own. Nothing here reads a file, a clock or the network.
"""
