# The app and its HTTP API on port 8501: docker build -t digitcnn . && docker run -p 8501:8501 digitcnn
FROM python:3.12-slim

WORKDIR /app

# First what changes rarely, so that a change of the code installs nothing anew.
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

COPY . .
# What a training writes: mount a volume there to keep it.
RUN useradd --create-home digitcnn && mkdir runs && chown digitcnn: runs
USER digitcnn

EXPOSE 8501
HEALTHCHECK --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=5)"]
CMD ["python", "-m", "digitcnn", "serve", "--host", "0.0.0.0", "--port", "8501"]
