// From strokes to an answer, as digitcnn/recognition decides it: calibrated, doubted digits seen several times.
const DOUBT = 0.95;
const FULL_DOUBT = 0.85;
const TURN = (10 * Math.PI) / 180;
const SLANT = 0.2;
const COPIES = [
  [Math.cos(TURN), -Math.sin(TURN), Math.sin(TURN), Math.cos(TURN)],
  [Math.cos(TURN), Math.sin(TURN), -Math.sin(TURN), Math.cos(TURN)],
  [1, SLANT, 0, 1],
  [1, -SLANT, 0, 1],
];

export class DigitReader {
  /** Makes a reader of the JSON that Python's `describe_reader` gives. */
  static async load(description) {
    return new DigitReader(description, await Network.load(description.network));
  }

  constructor(description, network) {
    const names = description.classes ?? [..."0123456789"]; // One that a browser kept may be older than the names.
    Object.assign(this, { description, network, names });
  }

  /** Reads strokes, lists of [x, y], as one digit; null where there are none. */
  read(strokes) {
    return strokes.length ? this.classify(drawHouseDigit(strokes)) : null;
  }

  /**
   * Answers a house digit: label (null: not a digit) and its name, confidence, the nearest digit, the probabilities of the
   * digits given that it is one, the shares of all answers and which of them is given, and the pixels. A model of other
   * classes has those instead of digits.
   */
  classify(pixels) {
    const all = this.doubted(pixels, this.calibrated(pixels));
    const digits = all.slice(0, this.names.length), isDigit = digits.reduce((sum, each) => sum + each, 0);
    const probabilities = digits.map((each) => each / Math.max(isDigit, 1e-30));
    const nearest = digits.indexOf(Math.max(...digits));
    const { refuse_above: limit } = this.description;
    const refused = limit !== null && 1 - isDigit > limit;
    const shares = [...digits, 1 - isDigit], answer = refused ? digits.length : nearest;
    const label = refused ? null : nearest, name = this.names[label] ?? null;
    return { label, name, confidence: shares[answer], nearest, probabilities, shares, answer, pixels };
  }

  calibrated(pixels) {
    const { temperature, refusal_bias: bias } = this.description;
    const logs = [...this.network.predict(pixels)].map(
      (each, at) => Math.log(Math.max(each, 1e-30)) / temperature + (at >= this.names.length ? bias : 0));
    const most = Math.max(...logs), powers = logs.map((each) => Math.exp(each - most));
    const sum = powers.reduce((total, each) => total + each, 0);
    return powers.map((each) => each / sum);
  }

  /** Test-time augmentation of what is in doubt, as digitcnn/recognition/tta.py. */
  doubted(pixels, first) {
    const most = Math.max(...first);
    if (!this.description.uses_tta || most >= DOUBT) return first;
    const copies = COPIES.map((matrix) => this.calibrated(distort(pixels, matrix)));
    const doubt = Math.min((DOUBT - most) / (DOUBT - FULL_DOUBT), 1);
    return first.map((each, at) => {
      const mean = copies.reduce((sum, copy) => sum + copy[at], each) / (1 + copies.length);
      return each + doubt * (mean - each);
    });
  }
}

/** The digit as a matrix moves its points about the middle of pixel 14, resampled as Pillow does it. */
function distort(pixels, [a, b, c, d]) {
  const center = SIDE / 2 + 0.5;
  const at = (x, y) => pixels[Math.min(Math.max(y, 0), SIDE - 1) * SIDE + Math.min(Math.max(x, 0), SIDE - 1)];
  const bend = (v1, v2, v3, v4, t) => v2 + t * (v3 - v1 + t * (2 * (v1 - v2) + v3 - v4 + t * (v2 - v1 + v4 - v3)));
  return Float32Array.from(pixels, (_, place) => {
    const px = (place % SIDE) + 0.5 - center, py = Math.floor(place / SIDE) + 0.5 - center;
    const fx = a * px + b * py + center, fy = c * px + d * py + center;
    if (fx < 0 || fx >= SIDE || fy < 0 || fy >= SIDE) return 0;
    const x = Math.floor(fx - 0.5), y = Math.floor(fy - 0.5);
    const rows = [-1, 0, 1, 2].map((row) =>
      bend(...[-1, 0, 1, 2].map((column) => at(x + column, y + row)), fx - 0.5 - x));
    return Math.min(Math.max(bend(...rows, fy - 0.5 - y), 0), 1);
  });
}
