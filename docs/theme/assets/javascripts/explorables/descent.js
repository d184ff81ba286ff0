// Gradient descent in one parameter, on the surface `bumpy` of course_lib.landscape (figure F05).
import { assemble, brief, button, handle, html, curve, picture, player, settingsOf, shown, statusLine, svg, wordsOf } from "./explorable.js";

/** `course_lib.landscape.bumpy` */
export const loss = (w) => (w ** 2 - 1) ** 2 + 0.3 * w + 0.5;
/** Its derivative. */
export const slope = (w) => 2 * (w ** 2 - 1) * (2 * w) + 0.3;

/** The points of gradient descent, the start first, as `course_lib.landscape.descend` with `GradientDescent`. */
export const descend = (start, lr, steps) => {
  const path = [start];
  for (let i = 0; i < steps; i += 1) path.push(path[i] - lr * slope(path[i]));
  return path;
};

// Newton's method on the slope finds where it is zero: two valleys and the hilltop between them.
const flat = (w) => {
  for (let i = 0; i < 20; i += 1) w -= slope(w) / (12 * w ** 2 - 4);
  return w;
};
export const places = { global: flat(-1), hilltop: flat(0), local: flat(1) };

/** What became of a path: "diverged", "hilltop", "arrived", "jumping" or "walking", and in which valley it is. */
export const verdict = (path) => {
  const w = path.at(-1);
  const valley = w < places.hilltop ? "global" : "local";
  if (!(Math.abs(w) < 10)) return { kind: "diverged", valley };
  if (Math.abs(slope(w)) < 1e-3) return { kind: Math.abs(w - places.hilltop) < 0.1 ? "hilltop" : "arrived", valley };
  const jumps = path.length > 1 && slope(w) * slope(path.at(-2)) < 0;
  return { kind: jumps ? "jumping" : "walking", valley };
};

const STEPS = 60;
const words = {
  en: {
    name: "Explorable: gradient descent in one parameter",
    w0: "start w⁰", lr: "learning rate η", steps: "steps", play: "Play", pause: "Pause", step: "One step", reset: "Reset",
    x: "w", y: "loss L(w)", global: "global minimum", local: "local minimum",
    now: (t, w, l, s) => `After ${t} ${t === "1" ? "step" : "steps"}: w = ${w}, loss = ${l}, slope = ${s}.`,
    diverged: () => "It diverges: every step lands further out than the last.",
    hilltop: () => "It stays on the hilltop, where the slope is zero too.",
    arrived: (valley) => `It has arrived in the ${valley}.`,
    jumping: (valley) => `It jumps from side to side, now in the valley of the ${valley}.`,
    walking: (valley) => `Still under way, in the valley of the ${valley}.`,
    picture: (start, end) => `The loss curve with a local and a global minimum. The walk leads from w = ${start} to w = ${end}.`,
  },
  zh: {
    name: "互动图：一个参数的梯度下降",
    w0: "起点 w⁰", lr: "学习率 η", steps: "步数", play: "播放", pause: "暂停", step: "走一步", reset: "复位",
    x: "w", y: "损失 L(w)", global: "全局最小值", local: "局部极小值",
    now: (t, w, l, s) => `走了 ${t} 步：w = ${w}，损失 = ${l}，斜率 = ${s}。`,
    diverged: () => "发散了：每一步都落得比上一步更远。",
    hilltop: () => "停在山顶：那里的斜率也是零。",
    arrived: (valley) => `已经走到${valley}。`,
    jumping: (valley) => `在谷的两侧来回跳，现在位于${valley}所在的谷。`,
    walking: (valley) => `还在路上，位于${valley}所在的谷。`,
    picture: (start, end) => `损失曲线，有一个局部极小值和一个全局最小值。路线从 w = ${start} 走到 w = ${end}。`,
  },
};

export const mount = (root) => {
  const word = wordsOf(words);
  const status = statusLine();

  const content = ({ x, y }) => {
    const path = descend(values.w0, values.lr, values.steps).filter(Number.isFinite);
    const points = path.map((w) => `${x(Math.max(-99, Math.min(99, w)))},${y(loss(w))}`);
    return [
      svg("path", { class: "explorable-curve", d: curve(loss, [-2, 2], x, y) }),
      ...["local", "global"].map((valley) =>
        svg("text", { x: x(places[valley]), y: y(loss(places[valley])) + 18, "text-anchor": "middle" }, word[valley])),
      svg("polyline", { class: "explorable-way", points: points.join(" ") }),
      ...path.slice(1).map((w) => svg("circle", { class: "explorable-step", cx: x(w), cy: y(loss(w)), r: 3 })),
      handle(x(values.w0), y(loss(values.w0))),
      svg("circle", { class: "explorable-now", cx: x(path.at(-1)), cy: y(loss(path.at(-1))), r: 5 }),
    ];
  };
  const plot = picture(
    { x: [-2, 2], y: [-0.6, 6.6], xTicks: [-1.5, -1, -0.5, 0, 0.5, 1, 1.5], yTicks: [0, 2, 4, 6], xLabel: word.x, yLabel: word.y },
    content,
  );

  const numbers = html("p", { class: "explorable-numbers" });
  const draw = () => {
    const path = descend(values.w0, values.lr, values.steps);
    const w = path.at(-1);
    plot.draw(word.picture(shown(values.w0, 2), shown(w)));
    const { kind, valley } = verdict(path);
    numbers.textContent = word.now(String(values.steps), shown(w), shown(loss(w)), shown(slope(w)));
    status.say(word[kind](word[valley]));
  };
  const settings = settingsOf(root, {
    w0: { label: word.w0, min: -1.8, max: 1.8, step: 0.01, format: (v) => shown(v, 2) },
    lr: { label: word.lr, min: 0.001, max: 1, step: 0.01, log: true, format: brief },
    steps: { label: word.steps, min: 0, max: STEPS, step: 1, whole: true, format: String },
  }, (name) => {
    if (name !== null) stop(); // a slider was moved: the reader has taken over
    draw();
  });
  const { values } = settings;

  const arrivedAt = (steps) => steps >= STEPS || ["diverged", "arrived"].includes(verdict(descend(values.w0, values.lr, steps)).kind);
  const forward = () => settings.set({ steps: values.steps + 1 });
  const { play, stop } = player(root, word, {
    every: 150,
    ended: () => arrivedAt(values.steps),
    restart: () => settings.set({ steps: 0 }),
    forward,
    finish: () => {
      let { steps } = values;
      while (!arrivedAt(steps)) steps += 1;
      settings.set({ steps });
    },
  });
  plot.drag(({ x }) => {
    stop();
    settings.set({ w0: Number(x.toFixed(2)) });
  });

  const buttons = html("div", { class: "explorable-buttons" }, play,
    button(word.step, () => { stop(); forward(); }), button(word.reset, () => { stop(); settings.reset(); }));
  assemble(root, word.name, plot.frame, numbers, ...status.lines, settings.controls, buttons);
  draw();
};
