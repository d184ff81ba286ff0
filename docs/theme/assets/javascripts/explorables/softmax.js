// Three scores become probabilities, a loss and its gradient (figure F60).
import { assemble, brief, button, handle, html, picture, settingsOf, shown, statusLine, svg, table, wordsOf } from "./explorable.js";

/** `torch.softmax(z / T)`: the largest score is subtracted first, which changes nothing but lets any score be. */
export const softmax = (z, temperature) => {
  const most = Math.max(...z);
  const powers = z.map((score) => Math.exp((score - most) / temperature));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
};

/** `torch.nn.functional.cross_entropy(z / T, answer)`, the answer counted from 0. */
export const crossEntropy = (z, temperature, answer) => {
  const most = Math.max(...z);
  const sum = z.reduce((total, score) => total + Math.exp((score - most) / temperature), 0);
  return Math.log(sum) + (most - z[answer]) / temperature;
};

/** Its gradient in z / T: probabilities minus the one-hot target. */
export const slope = (z, temperature, answer) => softmax(z, temperature).map((p, k) => p - (k === answer ? 1 : 0));

const words = {
  en: {
    name: "Explorable: softmax and cross-entropy of three scores",
    z: (k) => `score z${k}`, temperature: "temperature T", answer: "right class", reset: "Reset",
    options: (k) => `class ${k}`, axis: "class",
    scores: "scores z", probabilities: "probabilities ŷ, target y", gradient: "gradient ŷ − y",
    columns: ["class", "z", "exp(z / T)", "ŷ", "ŷ − y"],
    scorePicture: (list) => `Bars of the three scores: ${list}.`,
    probabilityPicture: (list, k) => `Bars of the three probabilities: ${list}. A dashed bar of height 1 is the target, class ${k}.`,
    gradientPicture: (list) => `Bars of the gradient in the scores z / T: ${list}.`,
    now: (k, p, loss, length) => `Class ${k} is right and gets the probability ${p}: cross-entropy −ln ŷ = ${loss}, length of the gradient ${length}.`,
    first: " The model would say so, too.", other: (k) => ` The model would say class ${k}.`, tie: " The highest score is shared.",
  },
  zh: {
    name: "互动图：三个得分的 softmax 与交叉熵",
    z: (k) => `得分 z${k}`, temperature: "温度 T", answer: "正确类别", reset: "复位",
    options: (k) => `第 ${k} 类`, axis: "类别",
    scores: "得分 z", probabilities: "概率 ŷ 与目标 y", gradient: "梯度 ŷ − y",
    columns: ["类别", "z", "exp(z / T)", "ŷ", "ŷ − y"],
    scorePicture: (list) => `三个得分的柱状图：${list}。`,
    probabilityPicture: (list, k) => `三个概率的柱状图：${list}。高度为 1 的虚线柱是目标，第 ${k} 类。`,
    gradientPicture: (list) => `对 z / T 的梯度，柱状图：${list}。`,
    now: (k, p, loss, length) => `正确的是第 ${k} 类，得到的概率是 ${p}：交叉熵 −ln ŷ = ${loss}，梯度的长度是 ${length}。`,
    first: "模型答对了。", other: (k) => `模型会答第 ${k} 类。`, tie: "最高的得分不止一个。",
  },
};

const CLASSES = [0, 1, 2];
const MOST = 8;

export const mount = (root) => {
  const word = wordsOf(words);
  const status = statusLine();
  let now = {};
  const bar = (name, k, value, { x, y }) => {
    const [from, to] = [y(0), y(value)];
    return svg("rect", { class: `softmax-${name}`, x: x(k + 1 - 0.32), width: x(0.64) - x(0), y: Math.min(from, to), height: Math.abs(to - from) });
  };
  const number = (k, value, places, { x, y }, off = 0) =>
    svg("text", { class: "explorable-haloed", x: x(k + 1), y: y(value) + (value < 0 ? 15 + off : -5 - off), "text-anchor": "middle" }, shown(value, places));
  const zero = ({ x, y }) => svg("line", { class: "softmax-zero", x1: x(0), x2: x(4), y1: y(0), y2: y(0) });
  const axes = { x: [0.4, 3.6], xTicks: [1, 2, 3], xLabel: word.axis };

  const scores = picture(
    { ...axes, height: 230, y: [-9.5, 9.5], yTicks: [-8, -4, 0, 4, 8], yLabel: word.scores },
    (to) => [
      ...now.z.map((z, k) => bar("bar", k, z, to)), zero(to),
      ...now.z.flatMap((z, k) => [handle(to.x(k + 1), to.y(z)), number(k, z, 1, to, 9)]),
    ],
  );
  const probabilities = picture(
    { ...axes, height: 190, y: [0, 1.15], yTicks: [0, 0.5, 1], yLabel: word.probabilities },
    (to) => [bar("target", now.answer, 1, to), ...now.p.flatMap((p, k) => [bar("bar", k, p, to), number(k, p, 3, to)])],
  );
  const gradient = picture(
    { ...axes, height: 190, y: [-1.25, 1.25], yTicks: [-1, 0, 1], yLabel: word.gradient },
    (to) => [...now.slope.flatMap((s, k) => [bar("slope", k, s, to), number(k, s, 3, to)]), zero(to)],
  );
  const ends = table();

  const draw = () => {
    const z = CLASSES.map((k) => values[`z${k + 1}`]);
    const { temperature } = values;
    const answer = Number(values.answer) - 1;
    now = { z, answer, p: softmax(z, temperature), slope: slope(z, temperature, answer) };
    const list = (numbers, places) => numbers.map((n) => shown(n, places)).join(" / ");
    scores.draw(word.scorePicture(list(z, 1)));
    probabilities.draw(word.probabilityPicture(list(now.p, 3), answer + 1));
    gradient.draw(word.gradientPicture(list(now.slope, 3)));
    ends.fill(word.columns, CLASSES.map((k) => [word.options(k + 1), shown(z[k], 1), shown(Math.exp(z[k] / temperature), 3), shown(now.p[k], 3), shown(now.slope[k], 3)]));
    const best = CLASSES.filter((k) => z[k] === Math.max(...z));
    const says = best.length > 1 ? word.tie : best[0] === answer ? word.first : word.other(best[0] + 1);
    status.say(word.now(answer + 1, shown(now.p[answer], 3), shown(crossEntropy(z, temperature, answer), 3), shown(Math.hypot(...now.slope), 3)) + says);
  };
  const score = (k) => ({ label: word.z(k), min: -MOST, max: MOST, step: 0.1, format: (v) => shown(v, 1) });
  const settings = settingsOf(root, {
    answer: { label: word.answer, options: Object.fromEntries([1, 2, 3].map((k) => [k, word.options(k)])) },
    z1: score(1), z2: score(2), z3: score(3),
    temperature: { label: word.temperature, min: 0.1, max: 10, step: 0.01, log: true, format: brief },
  }, draw);
  const { values } = settings;
  let held = 0; // which bar is dragged, until the pointer is released
  scores.drag(({ x, y }, begins) => {
    if (begins) held = Math.max(1, Math.min(3, Math.round(x)));
    settings.set({ [`z${held}`]: Number(y.toFixed(1)) });
  });
  const buttons = html("div", { class: "explorable-buttons" }, button(word.reset, settings.reset));
  assemble(root, word.name, settings.fields.answer, scores.frame, html("div", { class: "softmax-pair" }, probabilities.frame, gradient.frame),
    ...status.lines, ends.node, settings.controls, buttons);
  draw();
};
