"""The one reason to skip a test on a machine that has everything else."""

NO_DATA = "DIGITCNN_DATA is not set"
