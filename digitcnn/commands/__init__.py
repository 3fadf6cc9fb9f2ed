"""The commands of the command line, one module each.

Every module has `add_to`, which describes its command, and a function that runs it and returns the exit
code. Heavy imports happen when a command runs, so that `--help` comes at once and `recognize` never loads
TensorFlow.
"""
