// Mends five things about the canvas, which only the browser can do:
// - The bin in its toolbar goes back to the drawing that the canvas began with, a sample perhaps; here it clears.
// - Its toolbar appears on hover: where nothing can hover it is invisible and would only catch strokes.
// - It sends a stroke 200 ms after the pen has left it, and an undo in the meantime would overtake the stroke;
//   a click on its own update button sends at once.
// - The server does not know how wide the page is.
// - A reload begins a new visit on the server: only the tab still knows the drawing.
const STYLE = `
  .dc-toolbar { pointer-events: none; }
  .dc-root:hover > .dc-toolbar, .dc-toolbar:focus-within, .dc-toolbar[data-pinned=true] {
    pointer-events: auto;
  }
  @media (hover: none) { .dc-toolbar { display: none !important; } }
`;
const PRESS = ["mousedown", "touchstart"];
const LIFT = ["mouseup", "touchend"];
const SAVED = "digitcnn.drawing";
const hooks = new WeakMap();

function remember(hook) {
  const { visit, ask, drawing } = hook.component.data;
  try {
    if (ask && hook.asked !== visit) {
      hook.asked = visit;
      const saved = JSON.parse(sessionStorage.getItem(SAVED));
      if (saved) hook.component.setTriggerValue("restored", saved);
    } else if (drawing?.strokes.length) {
      sessionStorage.setItem(SAVED, JSON.stringify(drawing));
    } else if (drawing) {
      sessionStorage.removeItem(SAVED);
    }
  } catch {
    // The browser stores nothing or has no room: a reload begins with a blank canvas.
  }
}

function install(hook) {
  const narrow = matchMedia(`(max-width: ${hook.component.data.narrow}px)`);
  const report = () => {
    if (narrow.matches !== hook.reported) {
      hook.reported = narrow.matches;
      hook.component.setStateValue("narrow", narrow.matches);
    }
  };
  const clear = (event) => {
    const bin = event.composedPath().some(
      (node) => node.getAttribute?.("aria-label")?.startsWith("Reset canvas"));
    if (bin) {
      event.stopImmediatePropagation();
      hook.component.setTriggerValue("cleared", true);
    }
  };
  const press = (event) => {
    hook.drawnOn = event.composedPath().find((node) => node.classList?.contains("upper-canvas"))?.getRootNode();
  };
  const lift = () => {
    const root = hook.drawnOn;
    hook.drawnOn = null;
    // The canvas takes in the stroke itself first.
    if (root) setTimeout(() => root.querySelector(".dc-toolbar [aria-label^='Update the app']")?.click());
  };
  const dress = () => {
    for (const node of document.querySelectorAll(hook.component.data.paper)) {
      const root = node.shadowRoot;
      if (root && !root.querySelector("style.digitcnn")) {
        const style = Object.assign(document.createElement("style"), { className: "digitcnn" });
        style.textContent = STYLE;
        root.append(style);
      }
    }
  };
  const timer = setInterval(dress, 500);
  const stop = new AbortController();
  const capture = { capture: true, signal: stop.signal };
  narrow.addEventListener("change", report, { signal: stop.signal });
  document.addEventListener("click", clear, capture);
  PRESS.forEach((name) => addEventListener(name, press, capture));
  LIFT.forEach((name) => addEventListener(name, lift, capture));
  report();
  return () => {
    clearInterval(timer);
    stop.abort();
  };
}

export default function (component) {
  const parent = component.parentElement;
  const hook = hooks.get(parent) ?? { component, reported: component.data.known };
  hook.component = component;
  if (!hooks.has(parent)) {
    hooks.set(parent, hook);
    hook.remove = install(hook);
  }
  remember(hook);
  return () => {
    hook.remove();
    hooks.delete(parent);
  };
}
