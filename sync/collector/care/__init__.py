"""Care: what people do about the numbers: signs of wrong ones, cases to follow up, citizens' words.

Nothing here changes a rating; a decision stands beside it and can be withdrawn.
"""
