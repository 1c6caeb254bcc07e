"""What a press means: pure rules, standard library only.

Nothing here reads a clock, a file or a network; time, settings and texts are handed in.
"""
