"""What is done to an installation from outside the server: looking what is wrong, mending it, migrating its database.

Beside `kanbanai.app` this is the other place that may know everybody; the commands `doctor` and `migrate` come in here.
"""
