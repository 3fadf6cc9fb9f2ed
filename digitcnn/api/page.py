"""The API's page for people: what its OpenAPI description says, without scripts or other servers."""

from html import escape
from typing import Any

CONTENT_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"

_STYLE = """
body { font: 16px/1.5 Figtree, system-ui, sans-serif; color: #1E2430; background: #FBFAF7;
       max-width: 50rem; margin: 2rem auto; padding: 0 1rem; }
code, pre { background: #F1EEE7; border-radius: 4px; padding: .1em .3em; }
pre { padding: .8em; overflow-x: auto; }
td, th { text-align: left; vertical-align: top; padding: .2em 1em .2em 0; }
a { color: #2B5BD7; }
@media (prefers-color-scheme: dark) {
  body { color: #E8E6E1; background: #14171D; } code, pre { background: #1D222B; } a { color: #7AA2FF; }
}
"""

_EXAMPLES = """
<h2>Try it</h2>
<form action="recognize" method="post" enctype="multipart/form-data">
<label>A picture <input type="file" name="file" required></label>
<label>of <select name="expect"><option value="number">a number</option>
<option value="digit">one digit</option></select></label> <button>Read it</button>
</form>
<pre>curl -F file=@photo.jpg http://localhost:8501/api/recognize

curl -H 'Content-Type: application/json' \\
  -d '{"strokes": [[[10, 10], [60, 12], [35, 100]]], "expect": "digit"}' \\
  http://localhost:8501/api/recognize</pre>
"""


def render_page(openapi: dict[str, Any]) -> str:
    """HTML for an OpenAPI description."""
    info = openapi["info"]
    parts = [
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>{escape(info['title'])} API</title>",
        "<meta name='viewport' content='width=device-width'>",
        f"<style>{_STYLE}</style><h1>{escape(info['title'])} API</h1><p>{escape(info['description'])}</p>",
        "<p>For programs: <a href='openapi.json'>openapi.json</a>.</p>",
        _EXAMPLES,
    ]
    for path, methods in openapi["paths"].items():
        for method, operation in methods.items():
            parts.append(f"<h2><code>{method.upper()} {escape(path)}</code></h2>")
            parts.append(f"<p>{escape(operation['summary'])}.</p>")
            parts += [_table("Parameter", _parameters(operation)), _table("Status", _replies(operation))]
    for name, schema in openapi["components"]["schemas"].items():
        if name not in ("HTTPValidationError", "ValidationError"):
            parts.append(f"<h2>{escape(name)}</h2><p>{escape(schema.get('description', ''))}</p>")
            parts.append(_table("Field", _fields(schema)))
    return "\n".join(parts)


def _parameters(operation: dict[str, Any]) -> dict[str, str]:
    return {
        entry["name"]: f"{entry.get('description', '')} {', '.join(entry['schema'].get('enum', []))}"
        for entry in operation.get("parameters", [])
    }


def _replies(operation: dict[str, Any]) -> dict[str, str]:
    return {status: entry["description"] for status, entry in operation["responses"].items()}


def _fields(schema: dict[str, Any]) -> dict[str, str]:
    return {name: entry.get("description", "") for name, entry in schema.get("properties", {}).items()}


def _table(title: str, rows: dict[str, str]) -> str:
    if not rows:
        return ""
    cells = "".join(f"<tr><td><code>{escape(key)}</code><td>{escape(text)}" for key, text in rows.items())
    return f"<table><tr><th>{title}<th>{cells}</table>"
