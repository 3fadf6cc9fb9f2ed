"""Where the bound on effort used to be."""

from digitcnn.effort import MOST_SECONDS as MOST_SECONDS
from digitcnn.effort import limited_effort as limited_effort
from digitcnn.effort import within_effort as within_effort
