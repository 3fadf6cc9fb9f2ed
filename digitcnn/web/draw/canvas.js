// The canvas brings a toolbar of its own. Its bin goes back to the drawing that the canvas began with, which may be
// a sample or what undo left: here it clears. Where nothing can hover, the toolbar can't be seen and would only catch
// strokes. Left to itself the canvas sends a stroke 200 ms after the pen has left it: an answer that comes late, and a
// stroke that an undo in the meantime overtakes; its own button sends at once. Nobody but the browser knows how wide
// the page is. And with a page that is loaded anew the server begins a new visit: the tab alone still knows the drawing.
const STYLE = `
  .dc-toolbar { pointer-events: none; }
  .dc-root:hover > .dc-toolbar, .dc-toolbar:focus-within, .dc-toolbar[data-pinned=true] {
    pointer-events: auto;
  }
  @media (hover: none) { .dc-toolbar { display: none !important; } }
`;
const PRESS = ["mousedown", "touchstart"];
const LIFT = ["mouseup", "touchend"];
const KEPT = "digitcnn.drawing";
const hooks = new WeakMap();

function remember(hook) {
  const { visit, ask, drawing } = hook.component.data;
  try {
    if (ask && hook.asked !== visit) {
      hook.asked = visit;
      const kept = JSON.parse(sessionStorage.getItem(KEPT));
      if (kept) hook.component.setTriggerValue("restored", kept);
    } else if (drawing?.strokes.length) {
      sessionStorage.setItem(KEPT, JSON.stringify(drawing));
    } else if (drawing) {
      sessionStorage.removeItem(KEPT);
    }
  } catch {
    // A browser that keeps nothing, or has no room: then a reload begins with a blank canvas.
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
  narrow.addEventListener("change", report);
  document.addEventListener("click", clear, true);
  PRESS.forEach((name) => addEventListener(name, press, true));
  LIFT.forEach((name) => addEventListener(name, lift, true));
  report();
  return () => {
    clearInterval(timer);
    narrow.removeEventListener("change", report);
    document.removeEventListener("click", clear, true);
    PRESS.forEach((name) => removeEventListener(name, press, true));
    LIFT.forEach((name) => removeEventListener(name, lift, true));
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
