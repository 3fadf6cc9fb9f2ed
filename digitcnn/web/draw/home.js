// Home's picture of a drawing is a canvas: what is drawn there is read at once, in the browser, and goes on to Draw.
class Story extends Live {
  get canvas() { return find(".story canvas"); }
  set canvas(_) {}

  read() {
    const pen = this.canvas.getContext("2d"), strokes = [...this.sent, ...(this.down ? [this.down] : [])];
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    Object.assign(pen, { lineWidth: 14, lineCap: "round", lineJoin: "round", strokeStyle: "#3D74EE" });
    // A dot is a line to where it began.
    const lines = strokes.map((stroke) => `M${(stroke.length > 1 ? stroke : [stroke[0], stroke[0]]).join("L")}`);
    pen.stroke(new Path2D(lines.join("")));
    find(".story").classList.toggle("drawn", strokes.length > 0);
    strokes.length ? super.read() : this.show(null);
  }

  async take(...description) {
    await super.take(...description);
    if (this.sent.length || this.down) this.read();
  }

  lift() {
    super.lift();
    if (this.sent.length) this.read();
  }

  clear() {
    this.sent = [];
    save({ strokes: [] });
    this.read();
  }

  show(digit) {
    if (!digit) return this.restore();
    if (digit.label === null && this.down) return; // A digit begins as a dash.
    const said = digit.label === null ? "and takes it for no digit" : "and answers";
    this.put(find(".story figure:nth-child(2) img"), "src", pictureOf(digit.pixels));
    this.put(find(".story .answer"), "innerHTML", digit.label ?? "–");
    this.put(find(".story figure:nth-child(3) figcaption"), "innerHTML", `${said}, ${percent(digit.confidence)} sure`);
  }
}

function install(hook) {
  const { live } = hook, stop = new AbortController();
  const on = (name, listener) => addEventListener(name, listener, { capture: true, signal: stop.signal });
  const isOurs = (event, selector) => event.target instanceof Element && event.target.closest(`.story ${selector}`);
  const isNear = (event) => {
    const isOver = isOurs(event, "canvas");
    if (isOver && !live.model) live.update(); // The model's two megabytes are for those who come near the canvas.
    return isOver;
  };
  on("pointerdown", (event) => isNear(event) && live.press(event));
  on("pointermove", (event) => [isNear(event), live.move(event)]);
  ["pointerup", "pointercancel"].forEach((name) => on(name, () => live.lift()));
  on("click", (event) => isOurs(event, "button") && live.clear());
  return () => stop.abort();
}

export default function (component) {
  const [hook, remove] = mount(component, Story, install);
  if (hook.live.model) hook.live.update();
  return remove;
}
