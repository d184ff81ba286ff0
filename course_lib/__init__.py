"""What the pages of the course import: small modules, one subject each.

>>> import course_lib
>>> callable(course_lib.check)
True
"""

from course_lib.exercises import check

__all__ = ["check"]
