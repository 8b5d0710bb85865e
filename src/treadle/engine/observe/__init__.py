"""What a step depends on and changes, seen while it runs.

Files, folders, the environment, programs, modules and the state of the whole process. What
can be seen is recorded, what can't be seen into is named; nothing here changes what the
user's code does. Of what is outside, only what the code could not have made itself counts:
a file that a step wrote before it read it is its own.
"""
