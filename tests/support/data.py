"""The one reason for which a test may be skipped on a machine that can run them all."""

NO_DATA = "DIGITCNN_DATA is not set"
