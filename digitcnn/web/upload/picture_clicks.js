// A click on the picture chooses the nearest digit, and a button copies the number: both only the browser can do.
const PICTURE = ".st-key-upload-picture img";
const COPY = ".st-key-upload-copy button";
const REACH = 24; // CSS pixels from a box: a finger is wide, and labels stand beside the boxes.
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

function choose({ target, clientX, clientY }) {
  const { x, y, width, height } = target.getBoundingClientRect();
  const distances = page.data.boxes.map(([left, top, right, bottom]) =>
    Math.hypot(
      Math.max(x + left * width - clientX, 0, clientX - x - right * width),
      Math.max(y + top * height - clientY, 0, clientY - y - bottom * height),
    ));
  const nearest = Math.min(...distances);
  if (nearest < REACH) page.setTriggerValue("chosen", distances.indexOf(nearest));
}

function follow(event) {
  if (event.target.closest(COPY)) copy(page.data.text);
  else if (event.target.matches(PICTURE)) choose(event);
}

export default function (component) {
  page = component;
  document.addEventListener("click", follow, true);
  return () => document.removeEventListener("click", follow, true);
}
