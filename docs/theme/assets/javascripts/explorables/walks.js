// Optimisers walk down the surfaces of course_lib.landscape (figures F42, F47, F54, F56, F58).
import { assemble, brief, button, handle, html, picture, player, settingsOf, shown, statusLine, svg, table, ticks, wordsOf } from "./explorable.js";
import { loss as bumpy, places, slope as bumpySlope } from "./descent.js";

const square = (a, b) => a ** 2 + b ** 2;
const top = Math.SQRT2;
/**
 * The surfaces of two parameters in course_lib.landscape: `loss`, its gradient `slope`, its Hessian `curvature` as
 * [H11, H12, H22]; `x`, `y` and `start` as there; `points`, the critical ones.
 */
export const surfaces = {
  bowl: {
    x: [-2, 2], y: [-2, 2], start: [-1.5, 1], points: [[0, 0, "minimum"]],
    loss: square, slope: (a, b) => [2 * a, 2 * b], curvature: () => [2, 0, 2],
  },
  ravine: {
    x: [-5, 5], y: [-1.5, 1.5], start: [-4, 1], points: [[0, 0, "minimum"]],
    loss: (a, b) => (a ** 2 + 50 * b ** 2) / 2, slope: (a, b) => [a, 50 * b], curvature: () => [1, 0, 50],
  },
  saddle: {
    x: [-2, 2], y: [-2, 2], start: [1.5, 0], points: [[0, 0, "saddle"], [0, top, "minimum"], [0, -top, "minimum"]],
    loss: (a, b) => a ** 2 - b ** 2 + b ** 4 / 4, slope: (a, b) => [2 * a, b ** 3 - 2 * b], curvature: (a, b) => [2, 0, 3 * b ** 2 - 2],
  },
  hill: {
    x: [-2, 2], y: [-2, 2], start: [0.1, 0.05], points: [[0, 0, "maximum"]],
    loss: (a, b) => Math.exp(-square(a, b)),
    slope: (a, b) => [a, b].map((w) => -2 * w * Math.exp(-square(a, b))),
    curvature: (a, b) => [4 * a ** 2 - 2, 4 * a * b, 4 * b ** 2 - 2].map((h) => h * Math.exp(-square(a, b))),
  },
  plateau: {
    x: [-5, 5], y: [-5, 5], start: [3.5, 1], points: [[0, 0, "minimum"]],
    loss: (a, b) => 1 - Math.exp(-square(a, b) / 2),
    slope: (a, b) => [a, b].map((w) => w * Math.exp(-square(a, b) / 2)),
    curvature: (a, b) => [1 - a ** 2, -a * b, 1 - b ** 2].map((h) => h * Math.exp(-square(a, b) / 2)),
  },
  valleys: {
    x: [-2, 2], y: [-2, 2], start: [1.8, 1], points: [[places.local, 0, "minimum"], [places.hilltop, 0, "saddle"], [places.global, 0, "minimum"]],
    loss: (a, b) => bumpy(a) + b ** 2, slope: (a, b) => [bumpySlope(a), 2 * b], curvature: (a) => [12 * a ** 2 - 4, 0, 2],
  },
};

/** `course_lib.landscape.eigenvalues` of a surface at a point, ascending. */
export const eigenvalues = (surface, a, b) => {
  const [h11, h12, h22] = surfaces[surface].curvature(a, b);
  const reach = Math.hypot((h11 - h22) / 2, h12);
  return [(h11 + h22) / 2 - reach, (h11 + h22) / 2 + reach];
};

const EXAMPLES = 64;
/** The means of the slopes of batch after batch, as `course_lib.landscape.in_batches` takes them, at noise 1. */
export const batches = (size) => {
  let seed = 42;
  const order = () => {
    const numbers = Array.from({ length: EXAMPLES }, (_, i) => i);
    for (let last = EXAMPLES - 1; last > 0; last -= 1) {
      seed = (16807 * seed) % 2147483647;
      const other = seed % (last + 1);
      [numbers[last], numbers[other]] = [numbers[other], numbers[last]];
    }
    return numbers;
  };
  const table = [order(), order()].map((column) => column.map((place) => 2 * place - (EXAMPLES - 1)));
  const scale = Math.sqrt((EXAMPLES ** 2 - 1) / 3);
  let left = [];
  return () => {
    if (!left.length) left = order();
    const batch = Array.from({ length: size }, () => left.pop());
    return table.map((column) => batch.reduce((sum, i) => sum + column[i], 0) / (size * scale));
  };
};

export const STEPS = 200;
/** Factors on the learning rate: functions of `course_lib.schedules`, for a walk of so many steps. */
export const plans = {
  constant: () => () => 1,
  step: () => (n) => 0.1 ** Math.floor(n / 50),
  exponential: () => (n) => 0.98 ** n,
  cosine: (steps) => (n) => (1 + Math.cos(Math.PI * Math.min(n / steps, 1))) / 2,
  root: () => (n) => 1 / Math.sqrt(1 + n),
};

/** The factor in step n, from 0: a plan, after a `course_lib.schedules.warm_up`. */
export const factor = ({ plan, warmup }, n) => {
  const first = 1 / (warmup + 1);
  return n < warmup ? first + ((1 - first) * n) / warmup : plans[plan](STEPS - warmup)(n - warmup);
};

/**
 * The optimisers of course_lib.optimizers: what one step does to one weight. `m` is the memory of that weight, `n` the
 * number of the step, from 1, `g` its gradient, with the weight decay in it but for AdamW.
 */
const adam = (m, g, w, { rate, momentum, keep, n }) => {
  m.mean += (1 - momentum) * (g - m.mean);
  m.square = keep * m.square + (1 - keep) * g * g;
  return w - ((rate / (1 - momentum ** n)) * m.mean) / (Math.sqrt(m.square) / Math.sqrt(1 - keep ** n) + 1e-8);
};
export const optimizers = {
  gd: (m, g, w, { rate }) => w - rate * g,
  momentum: (m, g, w, { rate, momentum }) => {
    m.mean = momentum * m.mean + g;
    return w - rate * m.mean;
  },
  adagrad: (m, g, w, { rate }) => {
    m.square += g * g;
    return w - (rate * g) / (Math.sqrt(m.square) + 1e-10);
  },
  adamean: (m, g, w, { rate, n }) => {
    m.square += g * g;
    return w - (rate * g) / (Math.sqrt(m.square / n) + 1e-10);
  },
  rmsprop: (m, g, w, { rate, keep }) => {
    m.square = keep * m.square + (1 - keep) * g * g;
    return w - (rate * g) / (Math.sqrt(m.square) + 1e-8);
  },
  adam,
  adamw: (m, g, w, now) => adam(m, g, w * (1 - now.rate * now.decay), now),
};

/** The points of a walk, the start first, as `course_lib.landscape.descend` gives them. */
export const walk = (name, settings) => {
  const { surface, w1, w2, lr, momentum, keep, decay, batch, noise, steps } = settings;
  const next = batches(Number(batch));
  const memory = [0, 1].map(() => ({ mean: 0, square: 0 }));
  const path = [[w1, w2]];
  for (let n = 1; n <= steps; n += 1) {
    const at = path[n - 1];
    const slope = surfaces[surface].slope(...at);
    const shift = next();
    const now = { rate: lr * factor(settings, n - 1), momentum, keep, decay, n };
    path.push(at.map((w, i) => {
      const g = slope[i] + noise * shift[i] + (name === "adamw" ? 0 : decay * w);
      return optimizers[name](memory[i], g, w, now);
    }));
  }
  return path;
};

/** What the gradient and the Hessian say of a point: "minimum", "saddle", "maximum", "flat", or how it curves there. */
export const kindOf = (surface, a, b) => {
  const [low, high] = eigenvalues(surface, a, b);
  if (Math.hypot(...surfaces[surface].slope(a, b)) >= 1e-3) return low > 0 ? "up" : high < 0 ? "down" : "both";
  if (low < -0.01) return high > 0.01 ? "saddle" : high < -0.01 ? "maximum" : "flat";
  return low > 0.01 ? "minimum" : "flat";
};

const words = {
  en: {
    name: "Explorable: optimisers on a surface",
    surface: "surface", optimizers: "Optimisers", plan: "rate over time", batch: "batch",
    surfaces: { bowl: "bowl: w1² + w2²", ravine: "ravine: (w1² + 50 w2²) / 2", saddle: "saddle: w1² − w2² + w2⁴/4", hill: "hill: exp(−w1² − w2²)", plateau: "plateau: 1 − exp(−(w1² + w2²)/2)", valleys: "two valleys: (w1² − 1)² + 0.3 w1 + 0.5 + w2²" },
    names: { gd: "gradient descent", momentum: "momentum", adagrad: "Adagrad (sum)", adamean: "Adagrad (mean)", rmsprop: "RMSProp", adam: "Adam", adamw: "AdamW" },
    plans: { constant: "constant", step: "a tenth every 50 steps", exponential: "times 0.98 a step", cosine: "cosine to 0 at step 200", root: "divided by √(t + 1)" },
    batches: (size) => (size === EXAMPLES ? "all 64 examples" : size === 1 ? "1 example" : `${size} examples`),
    w1: "start w1", w2: "start w2", steps: "steps", lr: "learning rate η", warmup: "warm-up, steps", momentum: "momentum μ, β₁", keep: "memory of g²: α, β₂", decay: "weight decay λ", noise: "noise of an example",
    play: "Play", pause: "Pause", step: "One step", reset: "Reset",
    loss: "loss", rate: "learning rate", t: "step",
    minimum: "minimum", saddle: "saddle", maximum: "maximum",
    columns: (t) => [`After ${t} ${t === 1 ? "step" : "steps"}`, "loss", "gradient length", "eigenvalues of H"],
    at: (start, point, loss, slope, values) => `${start ? "At the start" : "Under the pointer"} ${point}: loss ${loss}, gradient ${slope}, eigenvalues of the Hessian ${values}.`,
    best: (t, name, loss, point) => `After ${t} ${t === 1 ? "step" : "steps"}: lowest is ${name}, loss ${loss}, at ${point}. `,
    only: (t, name, loss, point) => `After ${t} ${t === 1 ? "step" : "steps"}: ${name}, loss ${loss}, at ${point}. `,
    kind: {
      minimum: "The gradient is almost zero there and both eigenvalues are positive: a minimum.",
      saddle: "The gradient is almost zero there and the eigenvalues have both signs: a saddle.",
      maximum: "The gradient is almost zero there and both eigenvalues are negative: a maximum.",
      flat: "It is flat there: gradient and eigenvalues are almost zero.",
      up: "The gradient is not zero there; both eigenvalues are positive.",
      down: "The gradient is not zero there; both eigenvalues are negative.",
      both: "The gradient is not zero there; the eigenvalues have both signs.",
    },
    diverged: (names) => ` Far outside the picture: ${names}.`, all: "Every walk has left the picture far behind.", none: "Choose an optimiser.",
    list: ", ", diverges: "far outside",
    map: (surface, point, ends) => `Contours of the surface ${surface}, lower where the lines are stronger. From ${point}: ${ends}.`,
    ends: (name, point) => `${name} to ${point}`, semicolon: "; ", lossPicture: "The loss of each walk against the step.", ratePicture: (first, now, last) => `The learning rate against the step: ${first} at first, ${now} in the middle, ${last} at the end.`,
  },
  zh: {
    name: "互动图：优化器在曲面上怎么走",
    surface: "曲面", optimizers: "优化器", plan: "学习率调度", batch: "批量大小",
    surfaces: { bowl: "碗：w1² + w2²", ravine: "峡谷：(w1² + 50 w2²) / 2", saddle: "马鞍：w1² − w2² + w2⁴/4", hill: "山丘：exp(−w1² − w2²)", plateau: "高原：1 − exp(−(w1² + w2²)/2)", valleys: "两个山谷：(w1² − 1)² + 0.3 w1 + 0.5 + w2²" },
    names: { gd: "梯度下降", momentum: "动量", adagrad: "Adagrad（求和）", adamean: "Adagrad（均值）", rmsprop: "RMSProp", adam: "Adam", adamw: "AdamW" },
    plans: { constant: "不变", step: "每 50 步降到十分之一", exponential: "每步乘以 0.98", cosine: "余弦，第 200 步降到 0", root: "除以 √(t + 1)" },
    batches: (size) => (size === EXAMPLES ? "全部 64 个样本" : `${size} 个样本`),
    w1: "起点 w1", w2: "起点 w2", steps: "步数", lr: "学习率 η", warmup: "预热步数", momentum: "动量 μ、β₁", keep: "对 g² 的记忆 α、β₂", decay: "权重衰减 λ", noise: "单个样本的噪声",
    play: "播放", pause: "暂停", step: "走一步", reset: "复位",
    loss: "损失", rate: "学习率", t: "步数",
    minimum: "极小值", saddle: "鞍点", maximum: "极大值",
    columns: (t) => [`走了 ${t} 步`, "损失", "梯度范数", "H 的特征值"],
    at: (start, point, loss, slope, values) => `${start ? "起点" : "指针处"} ${point}：损失 ${loss}，梯度 ${slope}，海森矩阵的特征值 ${values}。`,
    best: (t, name, loss, point) => `走了 ${t} 步。损失最低：${name}，${loss}，位于 ${point}。`,
    only: (t, name, loss, point) => `走了 ${t} 步。${name}：损失 ${loss}，位于 ${point}。`,
    kind: {
      minimum: "那里梯度几乎为零，两个特征值都为正：是极小值。",
      saddle: "那里梯度几乎为零，特征值一正一负：是鞍点。",
      maximum: "那里梯度几乎为零，两个特征值都为负：是极大值。",
      flat: "那里很平：梯度和特征值都几乎为零。",
      up: "那里梯度不为零，两个特征值都为正。",
      down: "那里梯度不为零，两个特征值都为负。",
      both: "那里梯度不为零，特征值一正一负。",
    },
    diverged: (names) => `远在图外的有：${names}。`, all: "所有路线都已远在图外。", none: "请选一个优化器。",
    list: "、", diverges: "远在图外",
    map: (surface, point, ends) => `曲面“${surface}”的等高线，线越深，位置越低。从 ${point} 出发：${ends}。`,
    ends: (name, point) => `${name}，终点 ${point}`, semicolon: "；", lossPicture: "各条路线的损失随步数的变化。", ratePicture: (first, now, last) => `学习率随步数的变化：开始 ${first}，中间 ${now}，最后 ${last}。`,
  },
};

// One shape and one dash for each optimiser, so that colour is not needed to tell them apart.
const SHAPES = {
  gd: ["", "M-3.5 0A3.5 3.5 0 1 1 3.5 0A3.5 3.5 0 1 1-3.5 0Z"],
  momentum: ["7 3", "M-3.2-3.2H3.2V3.2H-3.2Z"],
  adagrad: ["2 3", "M0-4.2L4 3.2H-4Z"],
  adamean: ["8 3 2 3", "M0 4.2L4-3.2H-4Z"],
  rmsprop: ["5 2", "M0-4.6L4.6 0L0 4.6L-4.6 0Z"],
  adam: ["10 3", "M-1.4-4.2H1.4V-1.4H4.2V1.4H1.4V4.2H-1.4V1.4H-4.2V-1.4H-1.4Z"],
  adamw: ["3 2", "M-4-2L-2-4L0-2L2-4L4-2L2 0L4 2L2 4L0 2L-2 4L-4 2L-2 0Z"],
};
const line = (name, points) => svg("polyline", { class: `walks-way walks-${name}`, "stroke-dasharray": SHAPES[name][0], points });
const marker = (name, x, y, scale = 1) => svg("path", { class: `walks-mark walks-${name}`, d: SHAPES[name][1], transform: `translate(${x} ${y}) scale(${scale})` });

const [COLUMNS, ROWS] = [60, 48];
/** The contour of a function at a level, as the path of its pieces in a grid of cells. */
const contour = (value, level, x, y) => {
  const pieces = [];
  for (let i = 0; i < COLUMNS; i += 1) {
    for (let j = 0; j < ROWS; j += 1) {
      const corners = [[i, j], [i + 1, j], [i + 1, j + 1], [i, j + 1]];
      const crossings = [];
      for (let k = 0; k < 4; k += 1) {
        const [[a, b], [c, d]] = [corners[k], corners[(k + 1) % 4]];
        const [here, there] = [value[a][b] - level, value[c][d] - level];
        if (here < 0 === there < 0) continue;
        const part = here / (here - there);
        crossings.push(`${x(a + part * (c - a)).toFixed(1)} ${y(b + part * (d - b)).toFixed(1)}`);
      }
      for (let k = 0; k + 1 < crossings.length; k += 2) pieces.push(`M${crossings[k]}L${crossings[k + 1]}`);
    }
  }
  return pieces.join("");
};
const LEVELS = 14;
const contours = ({ x: [left, right], y: [bottom, top], loss, points }, x, y) => {
  const [across, up] = [(i) => left + ((right - left) * i) / COLUMNS, (j) => bottom + ((top - bottom) * j) / ROWS];
  const value = Array.from({ length: COLUMNS + 1 }, (_, i) => Array.from({ length: ROWS + 1 }, (__, j) => loss(across(i), up(j))));
  const [low, high] = [Math.min(...value.flat()), Math.max(...value.flat())];
  const power = high > 3 * (loss(across(COLUMNS / 2), up(ROWS / 4)) - low) + low ? 2 : 1; // steep at the edge: closer in the middle
  const levels = Array.from({ length: LEVELS }, (_, k) => low + (high - low) * ((k + 0.5) / LEVELS) ** power);
  levels.push(...points.filter(([, , kind]) => kind === "saddle").map(([a, b]) => loss(a, b) + 1e-9)); // the pass itself
  return levels.map((level) => svg("path", {
    class: "walks-contour", d: contour(value, level, (i) => x(across(i)), (j) => y(up(j))),
    "stroke-opacity": (0.75 - 0.55 * ((level - low) / (high - low)) ** (1 / power)).toFixed(2),
  }));
};

export const mount = (root) => {
  const word = wordsOf(words);
  const status = statusLine();
  const point = ([a, b]) => `(${shown(a, 2)}, ${shown(b, 2)})`;
  const here = () => surfaces[values.surface];
  const chosen = () => values.optimizers.split(" ").filter(Boolean);
  // so far out that it will not come back, or no number at all
  const lost = (end) => !(Math.hypot(...end) < 10 * Math.hypot(here().x[1], here().y[1]));
  let paths = {};

  const range = { height: 340, xLabel: "w1", yLabel: "w2" };
  const plot = picture(range, ({ x, y }) => [
    ...Object.entries(paths).flatMap(([name, path]) => {
      const seen = path.filter((at) => at.every(Number.isFinite)).map(([a, b]) => [x(a), y(b)]);
      return [line(name, seen.join(" ")), ...seen.filter((_, i) => i && i % 10 === 0).map((at) => marker(name, ...at))];
    }),
    handle(x(values.w1), y(values.w2)),
    ...Object.entries(paths).filter(([, path]) => !lost(path.at(-1)))
      .map(([name, path]) => marker(name, x(path.at(-1)[0]), y(path.at(-1)[1]), 1.8)),
  ], ({ x, y }) => [
    ...contours(here(), x, y),
    ...here().points.map(([a, b, kind]) => svg("text", { class: "explorable-haloed", x: x(a), y: y(b) + 4, "text-anchor": "middle" }, word[kind])),
  ]);

  const time = { x: [0, STEPS], xTicks: ticks(0, STEPS), xLabel: word.t };
  const lossRange = { ...time, height: 170, yLabel: word.loss };
  const lossPlot = picture(lossRange, ({ x, y }) => Object.entries(paths).flatMap(([name, path]) => {
    const seen = path.map((at, n) => [x(n), y(here().loss(...at))]).filter((at) => at.every(Number.isFinite));
    return [line(name, seen.join(" ")), ...seen.filter((_, i) => i && i % 20 === 0).map((at) => marker(name, ...at))];
  }));
  const rateRange = { ...time, height: 130, yLabel: word.rate };
  const rateAt = (n) => values.lr * factor(values, n);
  const ratePlot = picture(rateRange, ({ x, y }) => [
    svg("polyline", { class: "explorable-way", points: Array.from({ length: STEPS }, (_, n) => `${x(n)},${y(rateAt(n))}`).join(" ") }),
    svg("circle", { class: "explorable-now", cx: x(values.steps), cy: y(rateAt(Math.min(values.steps, STEPS - 1))), r: 4 }),
  ]);

  const numbers = html("p", { class: "explorable-numbers walks-numbers" });
  const look = (a, b, start) => {
    const slope = here().slope(a, b);
    numbers.textContent = word.at(start, point([a, b]), shown(here().loss(a, b), 3), point(slope), eigenvalues(values.surface, a, b).map((v) => shown(v, 2)).join(", "));
  };
  const ending = table();

  const draw = () => {
    const surface = here();
    Object.assign(range, { name: values.surface, x: surface.x, y: surface.y, xTicks: ticks(...surface.x), yTicks: ticks(...surface.y) });
    paths = Object.fromEntries(chosen().map((name) => [name, walk(name, values)]));
    const low = Math.min(...surface.points.map(([a, b]) => surface.loss(a, b)), 0);
    const high = Math.max(low + 0.1, surface.loss(values.w1, values.w2) * 1.08);
    Object.assign(lossRange, { y: [low, high], yTicks: ticks(low, high, 3.5) });
    Object.assign(rateRange, { y: [0, values.lr * 1.1], yTicks: [0, values.lr] });
    const uses = (...names) => names.some((name) => name in paths);
    settings.enable("momentum", uses("momentum", "adam", "adamw"));
    settings.enable("keep", uses("rmsprop", "adam", "adamw"));
    settings.enable("noise", values.batch !== String(EXAMPLES));

    const ends = Object.entries(paths).map(([name, path]) => ({ name: word.names[name], at: path.at(-1), loss: surface.loss(...path.at(-1)) }));
    const [arrived, gone] = [ends.filter(({ at }) => !lost(at)), ends.filter(({ at }) => lost(at))];
    const to = (at) => (lost(at) ? word.diverges : point(at));
    plot.draw(word.map(word.surfaces[values.surface], point([values.w1, values.w2]), ends.map(({ name, at }) => word.ends(name, to(at))).join(word.semicolon) || word.none));
    lossPlot.draw(word.lossPicture);
    ratePlot.draw(word.ratePicture(...[0, STEPS / 2, STEPS - 1].map((n) => brief(rateAt(n)))));
    look(values.w1, values.w2, true);
    ending.fill(word.columns(values.steps), ends.map(({ name, at, loss }) => (lost(at) ? [name, word.diverges, "", ""] : [
      name, shown(loss), shown(Math.hypot(...surface.slope(...at))), eigenvalues(values.surface, ...at).map((v) => shown(v, 2)).join(", "),
    ])));
    if (!ends.length) return status.say(word.none);
    if (!arrived.length) return status.say(word.all);
    const best = arrived.reduce((a, b) => (b.loss < a.loss ? b : a));
    status.say(word[ends.length > 1 ? "best" : "only"](values.steps, best.name, shown(best.loss), point(best.at))
      + word.kind[kindOf(values.surface, ...best.at)]
      + (gone.length ? word.diverged(gone.map(({ name }) => name).join(word.list)) : ""));
  };

  const sizes = [1, 4, 16, EXAMPLES];
  const two = (v) => shown(v, 2);
  const settings = settingsOf(root, {
    surface: { label: word.surface, options: word.surfaces },
    optimizers: { label: word.optimizers, options: word.names, several: true, sample: (name) => svg("svg", { width: 34, height: 12, viewBox: "-17 -6 34 12", "aria-hidden": "true" }, line(name, "-17,0 17,0"), marker(name, 0, 0, 1.2)) },
    plan: { label: word.plan, options: word.plans },
    batch: { label: word.batch, options: Object.fromEntries(sizes.map((size) => [size, word.batches(size)])) },
    w1: { label: word.w1, min: ({ surface }) => surfaces[surface].x[0], max: ({ surface }) => surfaces[surface].x[1], step: 0.01, format: two },
    w2: { label: word.w2, min: ({ surface }) => surfaces[surface].y[0], max: ({ surface }) => surfaces[surface].y[1], step: 0.01, format: two },
    steps: { label: word.steps, min: 0, max: STEPS, step: 1, whole: true, format: String },
    lr: { label: word.lr, min: 0.001, max: 1, step: 0.01, log: true, format: brief },
    warmup: { label: word.warmup, min: 0, max: 100, step: 1, whole: true, format: String },
    momentum: { label: word.momentum, min: 0, max: 0.99, step: 0.01, format: two },
    keep: { label: word.keep, min: 0, max: 0.999, step: 0.001, format: (v) => shown(v, 3) },
    decay: { label: word.decay, min: 0, max: 0.5, step: 0.01, format: two },
    noise: { label: word.noise, min: 0, max: 5, step: 0.1, format: (v) => shown(v, 1) },
  }, (name) => {
    if (name !== null) stop(); // the reader has taken over
    if (name === "surface") {
      const [w1, w2] = here().start;
      return settings.set({ w1, w2 });
    }
    draw();
  });
  const { values } = settings;

  const to = (steps) => settings.set({ steps });
  const { play, stop } = player(root, word, {
    every: 60,
    ended: () => values.steps >= STEPS,
    restart: () => to(0),
    forward: () => to(values.steps + 1),
    finish: () => to(STEPS),
  });
  plot.drag(({ x, y }) => {
    stop();
    settings.set({ w1: Number(x.toFixed(2)), w2: Number(y.toFixed(2)) });
  });
  plot.frame.addEventListener("pointermove", (event) => {
    const { x, y } = plot.at(event);
    const inside = x >= range.x[0] && x <= range.x[1] && y >= range.y[0] && y <= range.y[1];
    if (inside && event.buttons === 0) look(x, y, false);
    else look(values.w1, values.w2, true);
  });
  plot.frame.addEventListener("pointerleave", () => look(values.w1, values.w2, true));

  const buttons = html("div", { class: "explorable-buttons" }, play,
    button(word.step, () => { stop(); to(values.steps + 1); }), button(word.reset, () => { stop(); settings.reset(); }));
  const { surface, optimizers: boxes, plan, batch } = settings.fields;
  assemble(root, word.name, surface, plot.frame, numbers, boxes, buttons, ...status.lines, ending.node, lossPlot.frame, ratePlot.frame,
    html("div", { class: "walks-choices" }, plan, batch), settings.controls);
  draw();
};
