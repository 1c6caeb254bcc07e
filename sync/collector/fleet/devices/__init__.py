"""Devices: enrolment, keys, one-time codes and where a kiosk stands.

The private key of a kiosk is never here.
"""
