// A trained CNN in plain JavaScript, but for the one loop that takes the time: that is WebAssembly (kernel.wat).
//
// Values lie as TensorFlow has them, height, width, channels, the channels filled up to a multiple of eight, which is
// what the loop works on; the filling is zero and stays zero, or meets weights that are.
const KERNEL =
  "AGFzbQEAAAABDAFgCH9/f39/f399AAIPAQNlbnYGbWVtb3J5AgABAwIBAAcMAQhtdWx0aXBseQAACv4DAfsDAgp/DHsgBUECdCEI" +
  "IAZBAnQhCSAH/RMhFQNAQQAhCgNAIAAgCiAIbGohDSANIAhqIQ4gDiAIaiEPIA8gCGohECALQQJ0IREgAiARav0ABAAhFiACIBFq" +
  "/QAEECEaIBYhFyAaIRsgFiEYIBohHCAWIRkgGiEdIAEgEWohESAFIQwDQCAR/QAEACETIBH9AAQQIRQgDf0JAgAhEiAWIBIgE/3m" +
  "Af3kASEWIBogEiAU/eYB/eQBIRogDv0JAgAhEiAXIBIgE/3mAf3kASEXIBsgEiAU/eYB/eQBIRsgD/0JAgAhEiAYIBIgE/3mAf3k" +
  "ASEYIBwgEiAU/eYB/eQBIRwgEP0JAgAhEiAZIBIgE/3mAf3kASEZIB0gEiAU/eYB/eQBIR0gESAJaiERIA1BBGohDSAOQQRqIQ4g" +
  "D0EEaiEPIBBBBGohECAMQQFrIgwNAAsgAyAKIAlsIAtBAnRqaiERIBEgFiAV/ekB/QsEACARIBogFf3pAf0LBBAgESAJaiERIBEg" +
  "FyAV/ekB/QsEACARIBsgFf3pAf0LBBAgESAJaiERIBEgGCAV/ekB/QsEACARIBwgFf3pAf0LBBAgESAJaiERIBEgGSAV/ekB/QsE" +
  "ACARIB0gFf3pAf0LBBAgCkEEaiEKIAogBEgNAAsgC0EIaiELIAsgBkgNAAsL";
const FLOAT = 4;
const PAGE = 65536;
const SIDE = 28;

const bytesOf = (base64) => Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
const filled = (channels) => Math.ceil(channels / 8) * 8;
const sizeOf = (shape) => shape.slice(0, -1).reduce((product, side) => product * side, 1) * filled(shape.at(-1));

function floatsOfHalves(halves) {
  return Float32Array.from(halves, (half) => {
    const exponent = (half >> 10) & 31, fraction = half & 1023;
    const size = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
    return half & 32768 ? -size : size;
  });
}

export class Network {
  /** Makes a network of the JSON that Python's `Network.as_json` gives. */
  static async load({ steps, weights }) {
    const network = new Network(steps, floatsOfHalves(new Uint16Array(bytesOf(weights).buffer)));
    const memory = new WebAssembly.Memory({ initial: Math.ceil((network.room * FLOAT) / PAGE) });
    const { instance } = await WebAssembly.instantiate(bytesOf(KERNEL), { env: { memory } });
    network.multiply = instance.exports.multiply;
    network.floats = new Float32Array(memory.buffer);
    network.fill();
    return network;
  }

  constructor(steps, weights) {
    this.steps = steps;
    this.weights = weights;
    this.room = 0;
    this.shapes = [[SIDE, SIDE, 1], ...steps.map((step) => step.shape)];
    // The kernel writes rows in fours: up to three more than there are.
    this.places = this.shapes.map((shape) => this.reserve(sizeOf(shape) + 3 * filled(shape.at(-1))));
    this.products = new Map(steps.filter((step) => step.weights !== undefined).map((step) => [step, this.plan(step)]));
    // Read in fours as well; the last place has nothing behind it.
    this.patches = this.reserve(Math.max(...[...this.products.values()].map(({ rows, depth }) => (rows + 3) * depth)));
  }

  reserve(floats) {
    const place = this.room;
    this.room += Math.ceil(floats / 4) * 4;
    return place;
  }

  plan(step) {
    const shape = this.shapes[step.from[0]], columns = filled(step.shape.at(-1));
    const [rows, depth] = step.op === "dense"
      ? [1, sizeOf(shape)]
      : [step.shape[0] * step.shape[1], step.kernel[0] * step.kernel[1] * filled(shape[2])];
    return { rows, depth, columns, matrix: this.reserve(depth * columns), bias: this.reserve(columns) };
  }

  /** Puts the weights where the kernel finds them, channels filled up. */
  fill() {
    for (const [step, { depth, columns, matrix, bias }] of this.products) {
      const inner = this.shapes[step.from[0]].at(-1), outer = step.shape.at(-1);
      let from = step.weights;
      for (let row = 0; row < depth; row++) {
        if (row % filled(inner) >= inner) continue;
        this.floats.set(this.weights.subarray(from, from + outer), matrix + row * columns);
        from += outer;
      }
      this.floats.set(this.weights.subarray(step.bias, step.bias + outer), bias);
    }
  }

  /** Class probabilities, as the model gives them, of one house digit: 784 values in 0-1. */
  predict(pixels) {
    for (let at = 0; at < SIDE * SIDE; at++) this.floats[this.places[0] + 8 * at] = pixels[at];
    for (const step of this.steps) {
      const [from, other] = step.from.map((value) => this.places[value]);
      OPERATIONS[step.op](this, step, from, this.places[step.to], other);
    }
    const { to, shape } = this.steps.at(-1);
    return this.floats.slice(this.places[to], this.places[to] + shape[0]);
  }

  product(step, from, to) {
    const { rows, depth, columns, matrix, bias } = this.products.get(step);
    const places = [from, matrix, bias, to].map((place) => place * FLOAT);
    this.multiply(...places, rows, depth, columns, step.relu ? 0 : -Infinity);
  }
}

/** Lays the window under every pixel of the output out as a row: a convolution is then one product. */
function layOut(network, step, from) {
  const { floats } = network, [height, width, channels] = network.shapes[step.from[0]];
  const pixel = filled(channels), line = step.kernel[1] * pixel;
  let patch = network.patches;
  for (let y = 0; y < step.shape[0]; y++) {
    for (let x = 0; x < step.shape[1]; x++) {
      const left = x * step.stride[1] - step.padding[1];
      const begin = Math.max(-left, 0) * pixel, end = Math.min(width - left, step.kernel[1]) * pixel;
      for (let row = 0; row < step.kernel[0]; row++, patch += line) {
        const top = y * step.stride[0] - step.padding[0] + row;
        const inside = top >= 0 && top < height;
        if (!inside || end - begin < line) floats.fill(0, patch, patch + line);
        const place = from + (top * width + left) * pixel;
        if (inside) floats.copyWithin(patch + begin, place + begin, place + end);
      }
    }
  }
  return network.patches;
}

/** Puts together the values under each window, channel by channel: `finish(combine(..., value, place), count)`. */
function slide(network, step, from, to, initial, combine, finish) {
  const { floats } = network, [height, width, channels] = network.shapes[step.from[0]];
  const pixel = filled(channels);
  for (let y = 0; y < step.shape[0]; y++) {
    for (let x = 0; x < step.shape[1]; x++) {
      const top = y * step.stride[0] - step.padding[0], left = x * step.stride[1] - step.padding[1];
      const target = to + (y * step.shape[1] + x) * pixel;
      floats.fill(initial, target, target + channels);
      let count = 0;
      for (let row = Math.max(-top, 0); row < Math.min(height - top, step.kernel[0]); row++) {
        for (let column = Math.max(-left, 0); column < Math.min(width - left, step.kernel[1]); column++, count++) {
          const source = from + ((top + row) * width + left + column) * pixel;
          const place = (row * step.kernel[1] + column) * channels;
          for (let channel = 0; channel < channels; channel++) {
            floats[target + channel] = combine(floats[target + channel], floats[source + channel], place + channel);
          }
        }
      }
      for (let channel = 0; channel < channels; channel++) {
        floats[target + channel] = finish(floats[target + channel], count, channel);
      }
    }
  }
}

function elementwise(combine) {
  return ({ floats, weights }, step, from, to, other) => {
    const channels = step.shape.at(-1), pixel = filled(channels), floor = step.relu ? 0 : -Infinity;
    for (let start = 0; start < sizeOf(step.shape); start += pixel) {
      for (let channel = 0; channel < channels; channel++) {
        const second = other === undefined
          ? weights[step.constant + (step.size > 1 ? channel : 0)]
          : floats[other + start + channel];
        floats[to + start + channel] = Math.max(combine(floats[from + start + channel], second), floor);
      }
    }
  };
}

/** Puts every value through a function; what fills up the channels meets weights that are zero. */
function bend(activation) {
  return ({ floats }, step, from, to) => {
    for (let at = 0; at < sizeOf(step.shape); at++) floats[to + at] = activation(floats[from + at]);
  };
}

const OPERATIONS = {
  convolution: (network, step, from, to) => network.product(step, layOut(network, step, from), to),
  dense: (network, step, from, to) => network.product(step, from, to),
  depthwise: (network, step, from, to) => {
    const { weights } = network, floor = step.relu ? 0 : -Infinity;
    slide(network, step, from, to, 0, (sum, value, place) => sum + value * weights[step.filters + place],
      (sum, count, channel) => Math.max(sum + weights[step.bias + channel], floor));
  },
  max: (network, step, from, to) =>
    slide(network, step, from, to, -Infinity, (best, value) => (value > best ? value : best), (best) => best),
  average: (network, step, from, to) =>
    slide(network, step, from, to, 0, (sum, value) => sum + value, (sum, count) => sum / count),
  multiply: elementwise((one, other) => one * other),
  add: elementwise((one, other) => one + other),
  relu: bend((value) => Math.max(value, 0)),
  tanh: bend(Math.tanh),
  sigmoid: bend((value) => 1 / (1 + Math.exp(-value))),
  elu: bend((value) => (value > 0 ? value : Math.expm1(value))),
  crop: ({ floats, shapes }, step, from, to) => {
    const line = step.shape[1] * filled(step.shape[2]), width = shapes[step.from[0]][1];
    for (let y = 0; y < step.shape[0]; y++) {
      const source = from + ((y + step.corner[0]) * width + step.corner[1]) * filled(step.shape[2]);
      floats.copyWithin(to + y * line, source, source + line);
    }
  },
  mean: ({ floats, shapes }, step, from, to) => {
    const channels = step.shape[0], pixel = filled(channels), end = sizeOf(shapes[step.from[0]]);
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0;
      for (let at = channel; at < end; at += pixel) sum += floats[from + at];
      floats[to + channel] = sum / (end / pixel);
    }
  },
  softmax: ({ floats }, step, from, to) => {
    const values = floats.slice(from, from + step.shape[0]);
    const most = Math.max(...values), powers = values.map((value) => Math.exp(value - most));
    const sum = powers.reduce((total, power) => total + power, 0);
    floats.set(powers.map((power) => power / sum), to);
  },
};
