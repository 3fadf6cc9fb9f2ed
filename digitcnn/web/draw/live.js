// Reads while the pen moves: the strokes that the server knows and those on their way, and the one being drawn.
const MODELS = "digitcnn-models";
const SAVED = "digitcnn.drawing";
const PATIENCE = 400; // Milliseconds that ink may be no digit before it is called none: a digit begins as a dash.
const MAX_BARS = 12;
const LEAVING = 10_000; // Milliseconds after the click on a link in which the next page may still be on its way.
const find = (selector) => document.querySelector(selector);
const percent = (share) =>
  share >= 0.9995 ? "over 99.9 %" : share < 0.0005 ? "under 0.1 %" : `${(share * 100).toFixed(1)} %`;

class Live {
  constructor(hook) {
    this.hook = hook;
    this.known = [];
    this.sent = [];
    this.reader = null;
    this.isWaiting = false;
    this.kept = new Map();
  }

  /** Takes over what the server knows: its drawing, its revision and the model that it reads with. */
  update() {
    const { drawing, revision, model, reader } = this.hook.component.data, isNew = model !== this.model;
    const known = (drawing?.strokes ?? []).map((flat) =>
      Array.from({ length: flat.length / 2 }, (_, at) => [flat[2 * at], flat[2 * at + 1]]));
    // Strokes arrive in order: so many more on the server, so many fewer on their way.
    const isReplaced = revision !== this.revision || known.length < this.known.length;
    this.sent = isReplaced ? [] : this.sent.slice(known.length - this.known.length);
    Object.assign(this, { known, revision });
    if (!this.down) this.sent.length ? this.read() : this.show(null);
    if (isNew) {
      Object.assign(this, { model, reader: null });
      this.stopAsking();
    }
    if (reader !== null) this.take(reader);
    else if (isNew) this.load(model);
    else if (this.asking) this.ask(); // The server has broken off the run that heard it, for a later one.
  }

  /** The model from the browser's own store, or else from the server. */
  async load(model) {
    try {
      const store = await caches.open(MODELS);
      const saved = await (await store.match(`/${encodeURIComponent(model)}`))?.json();
      if (model !== this.model) return; // Another was chosen since.
      if (saved) return this.take(saved, false);
    } catch {
      // A browser that stores nothing asks the server with every visit.
    }
    if (model === this.model) this.ask();
  }

  /** Asks the server for the model, behind a drawing that is to be restored: of two triggers at once, one would be lost. */
  ask() {
    this.stopAsking();
    this.asking = setTimeout(
      () => isLeaving() ? this.ask() : this.hook.component.setTriggerValue("wanted", this.model), 400);
  }

  stopAsking() {
    clearTimeout(this.asking);
    this.asking = null;
  }

  /** Reads with the model from now on; `description` is false where no browser can run it. */
  async take(description, isNew = true) {
    const model = this.model;
    this.stopAsking();
    if (this.reader) return;
    try {
      const reader = await DigitReader.load(description);
      if (model === this.model) this.reader = reader;
      if (isNew && this.hook.component.data.store) {
        await caches.delete(MODELS);
        await (await caches.open(MODELS)).put(`/${encodeURIComponent(model)}`, Response.json(description));
      }
    } catch {
      // Without WebAssembly, or without a store: the server's answer comes when the pen is lifted.
    }
    document.documentElement.classList.toggle("digitcnn-live", Boolean(this.reader));
  }

  press(event, canvas) {
    this.canvas = canvas;
    this.down = [this.point(event)];
    this.refusedSince = null;
    this.read();
  }

  move(event) {
    if (!this.down) return;
    const all = event.getCoalescedEvents?.() ?? []; // The keyboard's pen has none.
    for (const each of all.length ? all : [event]) this.down.push(this.point(each));
    this.read();
  }

  lift() {
    if (!this.down) return;
    this.sent.push(this.down);
    this.down = null;
    // The server has not heard of this stroke yet: a reload in the meantime must not lose it.
    const strokes = [...this.known, ...this.sent].map((stroke) => stroke.flat().map((each) => Math.round(10 * each) / 10));
    save({ expect: this.hook.component.data.expect, strokes });
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect(), scale = this.hook.component.data.width / box.width;
    return [(event.clientX - box.left) * scale, (event.clientY - box.top) * scale];
  }

  read() {
    const { ask, drawing } = this.hook.component.data, isTooLong = !ask && !drawing;
    if (!this.reader || this.isWaiting || isTooLong) return;
    this.isWaiting = true;
    requestAnimationFrame(() => {
      this.isWaiting = false;
      const strokes = [...this.known, ...this.sent, ...(this.down ? [this.down] : [])];
      const isNumber = this.hook.component.data.expect === "number";
      this.show(this.reader.read(isNumber ? this.under(strokes) : strokes), isNumber);
    });
  }

  /** The strokes of the digit under the pen: those that stand over the last one. */
  under(strokes) {
    const last = boxOf([strokes.at(-1)]);
    return strokes.filter((stroke) => {
      const box = boxOf([stroke]), narrower = Math.min(box.width, last.width);
      return Math.min(box.left + box.width, last.left + last.width) - Math.max(box.left, last.left) >= 0.4 * narrower;
    });
  }

  /** Shows an answer of this browser; null gives the elements back to the server's. */
  show(digit, isNumber = false) {
    if (!digit) return this.restore();
    const sure = percent(digit.confidence), [answer, note] = [".st-key-answer .stHtml", ".st-key-draw-note .stHtml"];
    if (isNumber) {
      const words = digit.name === null ? "no digit yet" : `${digit.name}, ${sure}`;
      return this.put(find(note), "innerHTML", `<p class="note">Under the pen: ${words}</p>`);
    }
    const now = performance.now();
    if (digit.label !== null) this.refusedSince = null;
    else if (now - (this.refusedSince ??= now) < PATIENCE) return;
    if (digit.label === null) {
      this.put(find(answer), "innerHTML", `<p class="words">This doesn't look like a digit</p>`);
      this.put(find(note), "innerHTML", `<p class="note">${sure} sure of that; the nearest digit is ${this.reader.names[digit.nearest]}.</p>`);
    } else {
      const words = this.hook.component.data.sureness.find(([least]) => digit.confidence >= least)[1];
      const kind = digit.name.length <= 2 ? "read" : "words";
      this.put(find(answer), "innerHTML", `<p class="${kind}">${escapeHtml(digit.name)}</p>`);
      this.put(find(note), "innerHTML", `<p class="sure">${words}</p><p class="note">${sure}</p>`);
    }
    this.put(find(".st-key-draw-reading .bars"), "innerHTML", barsOf(digit, this.reader.names));
    this.put(find(".draw-steps figure:last-child img"), "src", pictureOf(digit.pixels));
  }

  /** Sets a property of an element, and remembers the server's value. */
  put(element, name, value) {
    if (!element) return;
    const entry = this.kept.get(element);
    if (entry?.ours !== element[name]) this.kept.set(element, { name, server: element[name] });
    // Marked, to be told from the same answer of the server.
    element[name] = value + (name === "src" ? "#live" : "<!--live-->");
    this.kept.get(element).ours = element[name];
  }

  restore() {
    for (const [element, { name, server, ours }] of this.kept) {
      // What the server has written anew since is to stay; where its answer is the same as before, it writes nothing.
      if (element[name] === ours) element[name] = server;
    }
    this.kept.clear();
  }
}

const hooks = new WeakMap();

/** The hook of a component's place, with its reader, made and installed once however often Python runs; and its removal. */
function mount(component, Reader, install, state = {}) {
  const parent = component.parentElement, hook = hooks.get(parent) ?? state;
  hook.component = component;
  if (!hooks.has(parent)) {
    hooks.set(parent, hook);
    hook.live = new Reader(hook);
    hook.remove = install(hook);
  }
  return [hook, () => {
    hook.remove();
    hook.live.stopAsking();
    hooks.delete(parent);
  }];
}

let leftAt = -Infinity;
const leave = () => { leftAt = performance.now(); };
addEventListener("popstate", leave);
addEventListener("click", (event) => {
  const link = event.composedPath().find((node) => node.localName === "a");
  if (link && !link.hash && !link.target) leave();
}, true);

/** Whether the server may be about to answer with another page: what it heard now would run this one again, and replace that. */
function isLeaving() {
  return performance.now() - leftAt < LEAVING;
}

function save(drawing) {
  try {
    if (drawing.strokes.length) sessionStorage.setItem(SAVED, JSON.stringify(drawing));
    else sessionStorage.removeItem(SAVED);
  } catch {
    // It has no room.
  }
}

/** As digitcnn/web/bars.py: of many classes the likeliest, and "none" beside the ten digits alone. */
function barsOf(digit, names) {
  const all = names.join("") === "0123456789" ? [...names, "none"] : names;
  const places = all.map((_, at) => at).sort((a, b) => digit.shares[b] - digit.shares[a]).slice(0, MAX_BARS);
  return places.sort((a, b) => a - b).map((at) => {
    const kind = at === digit.answer ? ' class="best"' : "", share = digit.shares[at].toFixed(4);
    return `<span${kind}><i><b style="--share: ${share}"></b></i>${escapeHtml(all[at])}</span>`;
  }).join("");
}

function escapeHtml(text) {
  return text.replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);
}

/** The house digit as a PNG, in the color of ink. */
function pictureOf(pixels) {
  const field = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE });
  const pen = field.getContext("2d"), image = pen.createImageData(SIDE, SIDE);
  pixels.forEach((ink, at) => image.data.set([61, 116, 238, Math.round(255 * ink)], 4 * at));
  pen.putImageData(image, 0, 0);
  return field.toDataURL();
}
