"""Data to learn from: real ones out of installed packages, drawn ones, splits and batches."""

from course_lib.datasets.daily import channel_views, new_york_flights, seattle_weather
from course_lib.datasets.loading import TensorLoader
from course_lib.datasets.series import Series, windows
from course_lib.datasets.splitting import k_fold, split
from course_lib.datasets.table import Table
from course_lib.datasets.tables import breast_cancer, diabetes, digit_images, digits

__all__ = [
    "Series",
    "Table",
    "TensorLoader",
    "breast_cancer",
    "channel_views",
    "diabetes",
    "digit_images",
    "digits",
    "k_fold",
    "new_york_flights",
    "seattle_weather",
    "split",
    "windows",
]
