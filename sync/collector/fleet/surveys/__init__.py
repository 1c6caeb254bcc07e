"""Surveys: the questions that offices use, their versions, and who may change them.

A version that was used is never changed.
"""
