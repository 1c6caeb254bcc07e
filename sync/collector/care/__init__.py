"""Care: what people do about the numbers: signs of wrong ones, cases to follow up, citizens' words.

Nothing here changes an entry: a decision moves how the ratings read from entries count (their standing), and can be
withdrawn.
"""
