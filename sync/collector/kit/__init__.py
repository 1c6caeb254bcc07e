"""Kit: bundles with which an auditor checks a closed month away from here, and what the auditors' page tells.

Nothing is recomputed or believed here: what was kept is handed out with what kiosks signed and the log's proofs.
Nothing that rests on one to four ratings leaves, but in a bundle of lines, which two people ask for.
"""
