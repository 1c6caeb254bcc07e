"""The pages of numbers: today, reports, sheets, files and counts that are handed in.

Each shows what ``sync.collector.figures`` made, the sheets what ``sync.collector.profiles`` made.
"""
