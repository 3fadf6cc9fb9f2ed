// The keyboard's pen: it acts as the mouse would, so that canvas, live answer and server hear of it like of any stroke.
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP = 8, LEAP = 40; // Canvas pixels.
const HINT = "Arrow keys move the pen; Space puts it down and lifts it.";
const PEN_STYLE = `
  .upper-canvas:focus-visible { outline: 2px solid #3D74EE; outline-offset: -2px; }
  .pen, .hint { position: absolute; display: none; margin: 0; pointer-events: none; }
  .upper-canvas:focus-visible ~ :is(.pen, .hint) { display: block; }
  .pen { width: 14px; height: 14px; translate: -50% -50%; border: 2px solid #3D74EE; border-radius: 50%; }
  .pen.down { background: #3D74EE; }
  .hint { inset: auto 0 6px; text-align: center; font: 13px Figtree, system-ui, sans-serif; }`;

/** Makes a canvas a named stop of the Tab key, with a pen; once. */
function giveKeys(canvas) {
  if (!canvas || canvas.tabIndex === 0) return;
  const make = (tag, className, textContent) => Object.assign(document.createElement(tag), { className, textContent });
  const pen = make("i", "pen", ""), at = [canvas.clientWidth / 2, canvas.clientHeight / 2];
  canvas.tabIndex = 0;
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-label", `Canvas. ${HINT} With Shift it goes further.`);
  canvas.after(pen, make("p", "hint", HINT));
  const place = () => Object.assign(pen.style, { left: `${at[0]}px`, top: `${at[1]}px` });
  const act = (name) => {
    const box = canvas.getBoundingClientRect(), scale = box.width / canvas.clientWidth;
    const where = { clientX: box.left + at[0] * scale, clientY: box.top + at[1] * scale };
    const event = { bubbles: true, composed: true, cancelable: true, buttons: name === "up" ? 0 : 1, ...where };
    canvas.dispatchEvent(new PointerEvent(`pointer${name}`, { ...event, pointerId: 1, isPrimary: true }));
    canvas.dispatchEvent(new MouseEvent(`mouse${name}`, event));
  };
  const turn = (isDown) => {
    pen.classList.toggle("down", isDown);
    act(isDown ? "down" : "up");
  };
  canvas.addEventListener("keydown", (event) => {
    const isDown = pen.classList.contains("down"), way = ARROWS[event.key];
    const isOther = event.ctrlKey || event.metaKey || event.altKey || !(way || event.key === " ");
    if (isOther || !canvas.matches(":focus-visible")) return; // After the mouse, arrows scroll the page as ever.
    event.preventDefault();
    if (!way) return event.repeat || turn(!isDown);
    [canvas.clientWidth, canvas.clientHeight].forEach((size, axis) => {
      at[axis] = Math.min(Math.max(at[axis] + way[axis] * (event.shiftKey ? LEAP : STEP), 0), size);
    });
    place();
    if (isDown) act("move");
  });
  canvas.addEventListener("blur", () => pen.classList.contains("down") && turn(false));
  place();
}
