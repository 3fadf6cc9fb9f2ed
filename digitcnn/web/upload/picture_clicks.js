// Copies the number, which only the browser can do.
const COPY = ".st-key-upload-copy button";
let page;

function copy(text) {
  // Browsers open the clipboard's own interface to https and localhost only.
  if (navigator.clipboard) return void navigator.clipboard.writeText(text);
  const put = (event) => {
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  };
  document.addEventListener("copy", put, { once: true });
  document.execCommand("copy");
}

function follow({ target }) {
  if (target.closest(COPY)) copy(page.data.text);
}

export default function (component) {
  page = component;
  document.addEventListener("click", follow, true);
  return () => document.removeEventListener("click", follow, true);
}
