"""The doors for programs of those entitled: the numbers that pages show, how kiosks are, and how many comments wait.

What an answer is, member by member, stands in ``shapes`` and ``fleet_shapes``; ``sending`` makes JSON or CSV of it and
answers 304; ``paging`` gives lists part by part. All of it is in the API description, with examples.
"""
