"""What a press means: pure rules, standard library only."""
