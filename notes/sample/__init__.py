"""An invented practice, to try the program on: twelve clients, a year of sessions, and the log they would have left.

``files`` reads the invented record in ``clients/``, ``building`` lives through the year in a throw-away vault, and
``accidents`` does to it what should never happen, for the demo. Nobody in it exists.
"""
