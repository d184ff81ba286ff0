// The worked example of backpropagation, one number at a time: forward, then backward (figure F39).
import { assemble, button, html, player, settingsOf, shown, statusLine, svg, table, wordsOf } from "./explorable.js";

/** The weights and biases of the page's example: two inputs, two sigmoids, two outputs. */
export const W1 = [[1, 2], [3, 1]];
export const B1 = [1, 0];
export const W2 = [[2, -1], [1, 1]];
export const B2 = [0.1, -1];

/** Both passes for inputs x and targets y: what `torch.autograd` gives for C = ½ (ŷ₁ − y₁)² + ½ (ŷ₂ − y₂)². */
export const passes = (x, y) => {
  const [first, second] = [0, 1];
  const both = (value) => [value(first), value(second)];
  const z = both((i) => W1[i][0] * x[0] + W1[i][1] * x[1] + B1[i]);
  const a = z.map((sum) => 1 / (1 + Math.exp(-sum)));
  const output = both((i) => W2[i][0] * a[0] + W2[i][1] * a[1] + B2[i]);
  const cost = both((i) => (output[i] - y[i]) ** 2 / 2).reduce((p, q) => p + q);
  const dOutput = both((i) => output[i] - y[i]);
  const dA = both((j) => W2[0][j] * dOutput[0] + W2[1][j] * dOutput[1]);
  const factor = a.map((value) => value * (1 - value));
  const dZ = both((j) => factor[j] * dA[j]);
  const outer = (slopes, values) => slopes.map((slope) => values.map((value) => slope * value));
  return { z, a, output, cost, dOutput, dA, factor, dZ, dW1: outer(dZ, x), dW2: outer(dOutput, a) };
};

const SUB = ["₁", "₂"];
const n = (number) => shown(number, 4);
const short = (number) => String(Number(number.toFixed(2))).replace("-", "−");
const inner = (text) => (text.startsWith("−") ? `(${text})` : text);
const times = (...numbers) => numbers.map((number, i) => (i ? inner(number) : number)).join(" × ");

const words = {
  en: {
    name: "Explorable: a forward and a backward pass, number by number",
    x: (i) => `input x${i}`, y: (i) => `target y${i}`, at: "step",
    play: "Play", pause: "Pause", back: "Back", forward: "One step", reset: "Reset",
    begin: "Nothing is computed yet. One step: the first sum.",
    now: (step, all, ahead, formula) => `Step ${step} of ${all}, ${ahead ? "forward" : "backward"}: ${formula}.`,
    picture: (step, known) => `The network after step ${step}, inputs on top, the cost at the bottom. Known so far: ${known}.`,
    columns: ["gradient", "weight 1", "weight 2", "bias"], row: (layer, i) => `layer ${layer}, neuron ${i}`, none: "the inputs only", semicolon: "; ",
  },
  zh: {
    name: "互动图：一步算一个数，走完前向传播与反向过程",
    x: (i) => `输入 x${i}`, y: (i) => `目标 y${i}`, at: "第几步",
    play: "播放", pause: "暂停", back: "退一步", forward: "走一步", reset: "复位",
    begin: "还没有开始算。走一步，先算第一个加权和。",
    now: (step, all, ahead, formula) => `第 ${step} 步，共 ${all} 步，${ahead ? "前向" : "反向"}：${formula}。`,
    picture: (step, known) => `走完第 ${step} 步的网络，上面是输入，最下面是代价。已知：${known}。`,
    columns: ["梯度", "权重 1", "权重 2", "偏置"], row: (layer, i) => `第 ${layer} 层，神经元 ${i}`, none: "只有输入", semicolon: "；",
  },
};

/** The steps in order: which box they fill and on which side, the formula with its numbers, the edges they use. */
export const stepsOf = (x, y) => {
  const now = passes(x, y);
  const sum = (weights, numbers, bias) => `${times(short(weights[0]), numbers[0])} + ${inner(times(short(weights[1]), numbers[1]))} + ${inner(short(bias))}`;
  const one = (box, backward, formula, edges) => ({ box, backward, formula, edges });
  const pair = (make) => [make(0), make(1)];
  const weights = (layer, i, slope, names, values, gradient) => one(`row${layer}${i}`, true,
    pair((j) => `∂C/∂w${SUB[i]}${SUB[j]} = ${slope} ${names[j]} = ${times(n(gradient.slope), values[j])} = ${n(gradient.row[j])}`).join(", "),
    pair((j) => `${layer}${j}${i}`));
  return [
    ...pair((i) => one(`z${i}`, false, `z${SUB[i]} = ${sum(W1[i], x.map(short), B1[i])} = ${n(now.z[i])}`, [`10${i}`, `11${i}`])),
    ...pair((i) => one(`a${i}`, false, `a${SUB[i]} = σ(z${SUB[i]}) = σ(${n(now.z[i])}) = ${n(now.a[i])}, σ′ = a (1 − a) = ${n(now.factor[i])}`, [`σ${i}`])),
    ...pair((i) => one(`o${i}`, false, `ŷ${SUB[i]} = ${sum(W2[i], now.a.map(n), B2[i])} = ${n(now.output[i])}`, [`20${i}`, `21${i}`])),
    one("c", false, `C = ½ (ŷ₁ − y₁)² + ½ (ŷ₂ − y₂)² = ½ ${inner(n(now.dOutput[0]))}² + ½ ${inner(n(now.dOutput[1]))}² = ${n(now.cost)}`, ["c0", "c1"]),
    ...pair((i) => one(`o${i}`, true, `∂C/∂ŷ${SUB[i]} = ŷ${SUB[i]} − y${SUB[i]} = ${n(now.output[i])} − ${inner(short(y[i]))} = ${n(now.dOutput[i])}`, [`c${i}`])),
    ...pair((i) => weights(2, i, `∂C/∂ŷ${SUB[i]} ·`, ["a₁", "a₂"], now.a.map(n), { slope: now.dOutput[i], row: now.dW2[i] })),
    ...pair((j) => one(`a${j}`, true, `∂C/∂a${SUB[j]} = ${times(short(W2[0][j]), n(now.dOutput[0]))} + ${inner(times(short(W2[1][j]), n(now.dOutput[1])))} = ${n(now.dA[j])}`, [`2${j}0`, `2${j}1`])),
    ...pair((j) => one(`z${j}`, true, `∂C/∂z${SUB[j]} = σ′ · ∂C/∂a${SUB[j]} = ${times(n(now.factor[j]), n(now.dA[j]))} = ${n(now.dZ[j])}`, [`σ${j}`])),
    ...pair((i) => weights(1, i, `∂C/∂z${SUB[i]} ·`, ["x₁", "x₂"], x.map(short), { slope: now.dZ[i], row: now.dW1[i] })),
  ];
};
const FORWARD = 7;
export const STEPS = 17;

const [WIDE, HIGH, ROOM] = [148, 44, 330];
const X = [84, 246];
const Y = { x: 24, z: 116, a: 200, o: 296, c: 376 };

export const mount = (root) => {
  const word = wordsOf(words);
  const status = statusLine();
  const frame = svg("svg", { class: "explorable-picture", role: "img", viewBox: `0 0 ${ROOM} 402` });
  const gradients = table();

  const draw = () => {
    const { x1, x2, y1, y2, at } = values;
    const [x, y] = [[x1, x2], [y1, y2]];
    const now = passes(x, y);
    const all = stepsOf(x, y);
    const done = all.slice(0, at);
    const current = done.at(-1) || { edges: [] };
    const knows = (box, backward) => done.some((step) => step.box === box && step.backward === backward);
    const known = [];

    const edge = (name, from, to, label, part = 0.3) => [
      svg("line", { class: current.edges.includes(name) ? "backward-edge now" : "backward-edge", x1: from[0], y1: from[1], x2: to[0], y2: to[1] }),
      svg("text", { class: "explorable-haloed", x: from[0] + part * (to[0] - from[0]), y: from[1] + part * (to[1] - from[1]) + 4, "text-anchor": "middle" }, label),
    ];
    const layer = (number, W, above, below) => [0, 1].flatMap((j) => [0, 1].flatMap((i) =>
      edge(`${number}${j}${i}`, [X[j], Y[above] + HIGH / 2], [X[i], Y[below] - HIGH / 2], short(W[i][j]))));
    const box = (name, place, symbol, value, slope) => {
      const lines = [];
      if (knows(name, false) || name.startsWith("x")) lines.push([`${symbol} = ${value}`, ""]);
      else lines.push([symbol, ""]);
      if (slope !== null && knows(name, true)) lines.push([`∂C/∂${symbol} = ${slope}`, "backward-slope"]);
      if (name === "c") lines.push([`y₁ = ${short(y[0])}, y₂ = ${short(y[1])}`, ""]);
      if (lines[0][0] !== symbol && !name.startsWith("x")) known.push(...lines.map(([text]) => text));
      return [
        svg("rect", { class: name === current.box ? "backward-box now" : "backward-box", x: place[0] - WIDE / 2, y: place[1] - HIGH / 2, width: WIDE, height: HIGH, rx: 5 }),
        ...lines.map(([text, kind], i) => svg("text", { class: kind, x: place[0], y: place[1] + (lines.length === 1 ? 4 : i ? 15 : -4), "text-anchor": "middle" }, text)),
      ];
    };
    const two = (name, symbol, value, slope) => [0, 1].flatMap((i) =>
      box(`${name}${i}`, [X[i], Y[name]], symbol + SUB[i], value(i), slope && slope(i)));
    frame.replaceChildren(
      ...layer(1, W1, "x", "z"), ...layer(2, W2, "a", "o"),
      ...[0, 1].flatMap((i) => edge(`σ${i}`, [X[i], Y.z + HIGH / 2], [X[i], Y.a - HIGH / 2], knows(`a${i}`, false) ? `σ, σ′ = ${n(now.factor[i])}` : "σ", 0.5)),
      ...[0, 1].flatMap((i) => edge(`c${i}`, [X[i], Y.o + HIGH / 2], [ROOM / 2, Y.c - HIGH / 2], "")),
      ...two("x", "x", (i) => short(x[i]), null),
      ...two("z", "z", (i) => n(now.z[i]), (i) => n(now.dZ[i])),
      ...two("a", "a", (i) => n(now.a[i]), (i) => n(now.dA[i])),
      ...two("o", "ŷ", (i) => n(now.output[i]), (i) => n(now.dOutput[i])),
      ...box("c", [ROOM / 2, Y.c], "C", n(now.cost), null),
    );
    frame.setAttribute("aria-label", word.picture(at, known.join(word.semicolon) || word.none));
    gradients.fill(word.columns, [2, 1].flatMap((layer) => [0, 1].map((i) => {
      const [row, bias] = layer === 1 ? [now.dW1[i], now.dZ[i]] : [now.dW2[i], now.dOutput[i]];
      const cells = knows(`row${layer}${i}`, true) ? [...row.map(n), n(bias)] : ["–", "–", "–"];
      return [word.row(layer, i + 1), ...cells];
    })));
    status.say(at ? word.now(at, STEPS, at <= FORWARD, current.formula) : word.begin);
  };

  const number = (label) => ({ label, min: -3, max: 3, step: 0.1, format: (v) => shown(v, 1) });
  const settings = settingsOf(root, {
    at: { label: word.at, min: 0, max: STEPS, step: 1, whole: true, format: String },
    x1: number(word.x(1)), x2: number(word.x(2)), y1: number(word.y(1)), y2: number(word.y(2)),
  }, (name) => {
    if (name === "at") stop();
    draw();
  });
  const { values } = settings;
  const to = (at) => settings.set({ at });
  const walk = (at) => {
    stop();
    to(at);
  };
  const { play, stop } = player(root, word, {
    every: 1500,
    ended: () => values.at >= STEPS,
    restart: () => to(0),
    forward: () => to(values.at + 1),
    finish: () => to(STEPS),
  });
  const buttons = html("div", { class: "explorable-buttons" }, button(word.back, () => walk(values.at - 1)), play,
    button(word.forward, () => walk(values.at + 1)), button(word.reset, () => {
      stop();
      settings.reset();
    }));
  assemble(root, word.name, frame, ...status.lines, buttons, gradients.node, settings.controls);
  draw();
};
