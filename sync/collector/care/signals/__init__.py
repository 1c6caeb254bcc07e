"""Signals: signs of pressed-up or dead numbers, in plain words with the evidence; a person decides about each."""
