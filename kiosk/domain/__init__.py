"""What a press means: pure rules, standard library only.

Nothing here reads a clock, a file or a network; time and settings are handed in.
"""
