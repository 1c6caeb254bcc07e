"""Stage: the application: brings touches to the page that is up and shows what the flow wants next.

What a press means is not decided here but in ``kiosk.domain``.
"""
