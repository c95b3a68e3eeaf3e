"""What citizens write to the offices: taken from a form, kept in files, brought by mail.

A letter is a file from the moment it was taken, so nothing is lost when the mail server is down; the postman of `serve`
brings it. Letters are personal data: they are deleted after ``[region.feedback] keep_days``, and ``forget`` finds them.
"""
