// What w, b and c do to c·σ(b + w x) (figure F10).
import { assemble, button, curve, html, picture, settingsOf, shown, statusLine, svg, wordsOf } from "./explorable.js";

/** `course_lib.models.SigmoidSum` with one feature, one sigmoid and bias 0. */
export const value = (x, w, b, c) => c / (1 + Math.exp(-(b + w * x)));
/** Where the step stands, or null: with w = 0 there is none. */
export const stepAt = (w, b) => (w === 0 ? null : -b / w + 0); // + 0 turns -0 into 0

const X = [-6, 6];
const words = {
  en: {
    name: "Explorable: one sigmoid", x: "x", y: "c σ(b + w x)", reset: "Reset",
    w: "w (steepness)", b: "b (shift)", c: "c (height)",
    none: "No step: with w = 0 the curve is flat.",
    step: (at, slope) => `The step stands at x = −b/w = ${at}; the slope there is c w/4 = ${slope}.`,
    outside: (at) => `The step stands at x = −b/w = ${at}, outside the picture.`,
    picture: (from, to) => `The curve goes from ${from} at the left edge to ${to} at the right edge. The dashed curve is the one you started from.`,
  },
  zh: {
    name: "互动图：一个 sigmoid", x: "x", y: "c σ(b + w x)", reset: "复位",
    w: "w（陡度）", b: "b（平移）", c: "c（高度）",
    none: "没有台阶：w = 0 时曲线是平的。",
    step: (at, slope) => `台阶位于 x = −b/w = ${at}，那里的斜率是 c w/4 = ${slope}。`,
    outside: (at) => `台阶位于 x = −b/w = ${at}，在图外。`,
    picture: (from, to) => `曲线从左端的 ${from} 走到右端的 ${to}。虚线是最初的曲线。`,
  },
};

export const mount = (root) => {
  const word = wordsOf(words);
  const first = { w: Number(root.dataset.w), b: Number(root.dataset.b), c: Number(root.dataset.c) };
  const status = statusLine();
  const formula = html("p", { class: "explorable-numbers" });

  const plot = picture(
    { x: X, y: [-2.2, 2.2], xTicks: [-6, -4, -2, 0, 2, 4, 6], yTicks: [-2, -1, 0, 1, 2], xLabel: word.x, yLabel: word.y },
    ({ x, y }) => {
      const { w, b, c } = values;
      const at = stepAt(w, b);
      const line = at === null ? [] : [svg("line", { class: "explorable-mark", x1: x(at), x2: x(at), y1: y(-9), y2: y(9) }),
        svg("circle", { class: "explorable-now", cx: x(at), cy: y(c / 2), r: 5 })];
      return [
        svg("path", { class: "explorable-before", d: curve((t) => value(t, first.w, first.b, first.c), X, x, y) }),
        svg("path", { class: "explorable-way", d: curve((t) => value(t, w, b, c), X, x, y, 600) }),
        ...line,
      ];
    },
  );
  const draw = () => {
    const { w, b, c } = values;
    const at = stepAt(w, b);
    plot.draw(word.picture(shown(value(X[0], w, b, c), 2), shown(value(X[1], w, b, c), 2)));
    formula.textContent = `${shown(c, 1)} σ(${shown(b, 1)} ${w < 0 ? "−" : "+"} ${shown(Math.abs(w), 1)} x)`;
    if (at === null) status.say(word.none);
    else if (Math.abs(at) > X[1]) status.say(word.outside(shown(at, 2)));
    else status.say(word.step(shown(at, 2), shown((c * w) / 4, 2)));
  };
  const slider = (label, most) => ({ label, min: -most, max: most, step: 0.1, format: (v) => shown(v, 1) });
  const settings = settingsOf(root, { w: slider(word.w, 8), b: slider(word.b, 8), c: slider(word.c, 2) }, draw);
  const { values } = settings;
  const buttons = html("div", { class: "explorable-buttons" }, button(word.reset, settings.reset));
  assemble(root, word.name, plot.frame, formula, ...status.lines, settings.controls, buttons);
  draw();
};
