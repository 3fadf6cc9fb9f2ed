// Reads while the pen moves (live.js), and mends five things about the canvas, which only the browser can do:
// - Its own toolbar would lie over the page's controls, and double them: it is hidden.
// - It sends a stroke 200 ms after the pen has left it, and an undo in the meantime would overtake the stroke;
//   a click on its own update button sends at once.
// - It has no keys: the pen of keys.js draws on it.
// - The server does not know how wide the page is.
// - A reload begins a new visit on the server: only the tab still knows the drawing.
const STYLE = ".dc-toolbar { display: none !important; }";
const PRESS = ["mousedown", "touchstart"];
const LIFT = ["mouseup", "touchend"];

function remember(hook) {
  const { visit, ask, drawing } = hook.component.data;
  try {
    if (ask && hook.asked !== visit && !isLeaving()) {
      hook.asked = visit;
      const saved = JSON.parse(sessionStorage.getItem(SAVED));
      if (saved) hook.component.setTriggerValue("restored", saved);
    } else if (drawing) {
      save(drawing);
    }
  } catch {
    // The browser stores nothing: a reload begins with a blank canvas.
  }
}

function install(hook) {
  const narrow = matchMedia(`(max-width: ${hook.component.data.narrow}px)`);
  const report = () => {
    if (narrow.matches !== hook.reported && !isLeaving()) {
      hook.reported = narrow.matches;
      hook.component.setStateValue("narrow", narrow.matches);
    }
  };
  const canvasOf = (event) => event.composedPath().find((node) => node.classList?.contains("upper-canvas"));
  const press = (event) => {
    hook.drawnOn = canvasOf(event)?.getRootNode();
  };
  const { live } = hook;
  const follow = {
    pointerdown: (event) => canvasOf(event) && live.press(event, canvasOf(event)),
    pointermove: (event) => live.move(event),
    pointerup: () => live.lift(),
    pointercancel: () => live.lift(),
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
      giveKeys(root?.querySelector(".upper-canvas"));
      if (root && !root.querySelector("style.digitcnn")) {
        const style = Object.assign(document.createElement("style"), { className: "digitcnn" });
        style.textContent = STYLE + PEN_STYLE;
        root.append(style);
      }
    }
  };
  const timer = setInterval(dress, 100);
  const stop = new AbortController();
  const capture = { capture: true, signal: stop.signal };
  narrow.addEventListener("change", report, { signal: stop.signal });
  PRESS.forEach((name) => addEventListener(name, press, capture));
  LIFT.forEach((name) => addEventListener(name, lift, capture));
  Object.entries(follow).forEach(([name, listener]) => addEventListener(name, listener, capture));
  report();
  return () => {
    clearInterval(timer);
    stop.abort();
  };
}

export default function (component) {
  const [hook, remove] = mount(component, Live, install, { reported: component.data.known });
  remember(hook);
  hook.live.update();
  return remove;
}
