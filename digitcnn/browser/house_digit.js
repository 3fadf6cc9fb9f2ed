// Pen strokes to a house digit, as digitcnn/ink/strokes.py and house_digit.py draw it: 28 x 28, ink 1 on paper 0.
const FITTED_SIDE = 20;
const SAMPLES = 4;
const PEN_WIDTH = 2.4;
const CENTER = SIDE / 2 + 0.5;

export function boxOf(strokes) {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const stroke of strokes) {
    for (const [x, y] of stroke) {
      left = Math.min(left, x);
      top = Math.min(top, y);
      right = Math.max(right, x);
      bottom = Math.max(bottom, y);
    }
  }
  return { left, top, width: right - left, height: bottom - top };
}

/** Draws strokes, lists of [x, y], as one house digit: 784 values, row by row. */
export function drawHouseDigit(strokes) {
  const box = boxOf(strokes), longer = Math.max(box.width, box.height);
  const pen = PEN_WIDTH * SAMPLES, scale = longer > 1e-300 ? (FITTED_SIDE * SAMPLES - pen) / longer : 0;
  const [width, height] = [box.width, box.height].map((side) => Math.ceil(side * scale + pen - 1e-6));
  const squares = new Float32Array(width * height).fill(Infinity);
  for (const stroke of strokes) {
    let [x0, y0] = [Infinity, Infinity];
    for (const [x, y] of stroke) {
      const [x1, y1] = [(x - box.left) * scale + pen / 2, (y - box.top) * scale + pen / 2];
      drawPiece(squares, width, height, x0 === Infinity ? x1 : x0, y0 === Infinity ? y1 : y0, x1, y1, pen / 2 + 0.5);
      [x0, y0] = [x1, y1];
    }
  }
  return place(squares.map((square) => Math.min(Math.max(pen / 2 + 0.5 - Math.sqrt(square), 0), 1)), width, height);
}

/** Keeps for every sample within `reach` of a straight piece the square of its distance, where it is the least yet. */
function drawPiece(squares, width, height, x0, y0, x1, y1, reach) {
  const dx = x1 - x0, dy = y1 - y0, length = Math.max(dx * dx + dy * dy, 1e-12);
  const bottom = Math.min(height - 1, Math.ceil(Math.max(y0, y1) + reach));
  const right = Math.min(width - 1, Math.ceil(Math.max(x0, x1) + reach));
  for (let y = Math.max(0, Math.floor(Math.min(y0, y1) - reach)); y <= bottom; y++) {
    for (let x = Math.max(0, Math.floor(Math.min(x0, x1) - reach)); x <= right; x++) {
      const px = x + 0.5 - x0, py = y + 0.5 - y0;
      const along = Math.min(Math.max((px * dx + py * dy) / length, 0), 1);
      const square = (px - along * dx) ** 2 + (py - along * dy) ** 2;
      if (square < squares[y * width + x]) squares[y * width + x] = square;
    }
  }
}

/** Puts the center of mass into the middle of pixel 14, and averages the samples under each pixel. */
function place(ink, width, height) {
  const across = new Float64Array(width), down = new Float64Array(height);
  for (let at = 0; at < ink.length; at++) {
    across[at % width] += ink[at];
    down[Math.floor(at / width)] += ink[at];
  }
  const columns = sharesOfPixels(across), rows = sharesOfPixels(down);
  const pixels = new Float32Array(SIDE * SIDE);
  for (const [row, y, high] of rows) {
    for (const [column, x, wide] of columns) pixels[row * SIDE + column] += high * wide * ink[y * width + x];
  }
  return pixels;
}

/** Which share of a pixel lies under which of its samples, along one axis: [pixel, sample, share]. */
function sharesOfPixels(profile) {
  const mass = profile.reduce((sum, each) => sum + each, 0);
  const center = mass > 0 ? profile.reduce((sum, each, at) => sum + each * (at + 0.5), 0) / mass : profile.length / 2;
  const offset = Math.min(Math.max(CENTER * SAMPLES - center, 0), SIDE * SAMPLES - profile.length);
  const shares = [];
  for (let at = 0; at < profile.length; at++) {
    const start = (at + offset) / SAMPLES, end = (at + 1 + offset) / SAMPLES;
    for (let pixel = Math.floor(start); pixel < Math.min(end, SIDE); pixel++) {
      shares.push([pixel, at, Math.min(end, pixel + 1) - Math.max(start, pixel)]);
    }
  }
  return shares;
}
