"""What pages share; the only place under `digitcnn` that imports streamlit."""
