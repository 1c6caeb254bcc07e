"""Doctor: looks at everything a kiosk rests on, and says of each thing how it is and how to mend it.

A check is a few lines that look at one thing and yield findings; ``round`` runs them all at once and waits for
none too long. What needs the network lives in ``sync.agent.asked.doctor``; the command line puts both together.

No check changes what it looks at.
"""
