// A kernel slides over an input, one window a step (figures F24 to F31).
import { assemble, button, html, player, settingsOf, statusLine, svg, wordsOf } from "./explorable.js";

// The upper left corners are the page's example: a 5 × 5 input, a 3 × 3 kernel.
const INPUT = ["12031201", "01231020", "12100131", "52311202", "21011013", "03121102", "10213010", "21002121"];
const KERNEL = ["1210", "0101", "2101", "1012"];

/** `torch.nn.functional.conv2d`: how many windows fit along one side; 0 where it raises. */
export const outputSize = ({ input, kernel, stride, padding, dilation }) =>
  Math.max(0, Math.floor((input + 2 * padding - dilation * (kernel - 1) - 1) / stride) + 1);

/** The products of one window: places in the padded input, the pixel there (0 in the padding), the weight. */
export const windowAt = ({ input, kernel, stride, padding, dilation }, row, column) =>
  Array.from({ length: kernel * kernel }, (_, i) => {
    const [a, b] = [Math.floor(i / kernel), i % kernel];
    const [y, x] = [row * stride + a * dilation, column * stride + b * dilation];
    const inside = Math.min(y, x) >= padding && Math.max(y, x) < padding + input;
    return { y, x, inside, pixel: inside ? Number(INPUT[y - padding][x - padding]) : 0, weight: Number(KERNEL[a][b]) };
  });

/** `torch.nn.functional.conv2d` of the table and the kernel of this explorable: rows of numbers. */
export const convolve = (settings) => {
  const size = outputSize(settings);
  const sum = (row, column) => windowAt(settings, row, column).reduce((total, { pixel, weight }) => total + pixel * weight, 0);
  return Array.from({ length: size }, (_, row) => Array.from({ length: size }, (__, column) => sum(row, column)));
};

/** Rows and columns at the far end that no window reaches. */
export const leftOver = ({ input, kernel, stride, padding, dilation }) =>
  Math.max(0, input + 2 * padding - dilation * (kernel - 1) - 1) % stride;

/** input, kernel, stride, padding, dilation of the figures F24 to F31. */
export const PRESETS = [
  [5, 3, 1, 0, 1], [5, 4, 1, 2, 1], [5, 3, 1, 1, 1], [5, 3, 1, 2, 1], [5, 3, 2, 0, 1], [5, 3, 2, 1, 1], [6, 3, 2, 1, 1], [7, 3, 1, 0, 2],
].map(([input, kernel, stride, padding, dilation]) => ({ input, kernel, stride, padding, dilation }));

const words = {
  en: {
    name: "Explorable: convolution, window by window",
    input: "input size H", kernel: "kernel size K", stride: "stride S", padding: "padding P", dilation: "dilation D", step: "step",
    example: "example", own: "your own settings", play: "Play", pause: "Pause", back: "Back", forward: "One step", reset: "Reset",
    presets: ["no padding, stride 1", "arbitrary padding", "half (same) padding", "full padding", "no padding, stride 2",
      "padding 1, stride 2", "padding 1, stride 2, a rest", "dilation 2"],
    picture: (from, to, step) => `On the left the input, ${from}, on the right the output, ${to}, filled up to step ${step}.`,
    nothing: (from) => `On the left the input, ${from}; no output.`,
    from: "input", to: "output", padded: (size) => `${size} by ${size} with its padding`, size: (size) => `${size} by ${size}`,
    now: (step, all, row, column, sum) => `Step ${step} of ${all}: row ${row}, column ${column} of the output is ${sum}.`,
    zeros: (number) => ` ${number} of the window's numbers ${number === 1 ? "is" : "are"} padding.`,
    rest: (n) => ` No window reaches the last ${n === 1 ? "row and column" : `${n} rows and columns`}.`,
    unfit: (span, room) => `It does not fit: the kernel spans ${span} places, the padded input has ${room}. PyTorch raises a RuntimeError.`,
  },
  zh: {
    name: "互动图：逐个窗口看卷积",
    input: "输入大小 H", kernel: "卷积核大小 K", stride: "步幅 S", padding: "填充 P", dilation: "空洞率 D", step: "第几步",
    example: "例子", own: "自己的设置", play: "播放", pause: "暂停", back: "退一步", forward: "走一步", reset: "复位",
    presets: ["无填充，步幅 1", "任意填充", "半填充（大小不变）", "全填充", "无填充，步幅 2", "填充 1，步幅 2", "填充 1，步幅 2，有剩余", "空洞率 2"],
    picture: (from, to, step) => `左边是输入，${from}；右边是输出，${to}，已填到第 ${step} 步。`,
    nothing: (from) => `左边是输入，${from}；没有输出。`,
    from: "输入", to: "输出", padded: (size) => `连同填充为 ${size} 乘 ${size}`, size: (size) => `${size} 乘 ${size}`,
    now: (step, all, row, column, sum) => `第 ${step} 步，共 ${all} 步：输出的第 ${row} 行第 ${column} 列是 ${sum}。`,
    zeros: (number) => `窗口里有 ${number} 个数是填充。`,
    rest: (n) => `最后 ${n} 行和 ${n} 列，没有窗口够得着。`,
    unfit: (span, room) => `放不下：卷积核横跨 ${span} 格，填充后的输入只有 ${room} 格。PyTorch 会抛出 RuntimeError。`,
  },
};

const CELL = 26;
const cell = (name, x, y, content, data = {}) => [
  svg("rect", { class: `convolution-${name}`, x: x * CELL, y: y * CELL, width: CELL, height: CELL, ...data }),
  ...(content === "" ? [] : [svg("text", { x: (x + 0.5) * CELL, y: (y + 0.5) * CELL + 4, "text-anchor": "middle" }, String(content))]),
];

export const mount = (root) => {
  const word = wordsOf(words);
  const status = statusLine();
  const frame = svg("svg", { class: "explorable-picture", role: "img" });
  const formula = html("p", { class: "explorable-numbers" });
  const sum = html("p", { class: "explorable-numbers convolution-sum" });
  const slider = (name, min, max) => ({ label: word[name], min, max, step: 1, whole: true, format: String });
  const definitions = {
    input: slider("input", 3, 8), kernel: slider("kernel", 1, 4), stride: slider("stride", 1, 3),
    padding: slider("padding", 0, 3), dilation: slider("dilation", 1, 3), step: slider("step", 1, 196),
  };

  const draw = () => {
    const { input, kernel, stride, padding, dilation } = values;
    const output = convolve(values);
    const size = output.length;
    const room = input + 2 * padding;
    const span = dilation * (kernel - 1) + 1;
    definitions.step.max = stepper.max = Math.max(1, size * size);
    if (values.step > definitions.step.max) return settings.set({ step: definitions.step.max });
    const now = values.step - 1;
    const [row, column] = [Math.floor(now / Math.max(1, size)), now % Math.max(1, size)];
    const taps = size ? windowAt(values, row, column) : [];

    const parts = [svg("text", { x: 0, y: -8 }, `${word.from} ${input} × ${input}`)];
    for (let y = 0; y < room; y += 1) {
      for (let x = 0; x < room; x += 1) {
        const inside = Math.min(y, x) >= padding && Math.max(y, x) < padding + input;
        parts.push(...cell(inside ? "pixel" : "zero", x, y, inside ? INPUT[y - padding][x - padding] : 0));
      }
    }
    for (const { x, y, weight } of taps) {
      parts.push(...cell("tap", x, y, ""), svg("text", { class: "convolution-weight", x: (x + 1) * CELL - 2, y: (y + 1) * CELL - 2, "text-anchor": "end" }, `×${weight}`));
    }
    const right = room + 1;
    if (size) parts.push(svg("text", { x: right * CELL, y: -8 }, `${word.to} ${size} × ${size}`));
    output.flat().forEach((number, i) => {
      parts.push(...cell("pixel", right + (i % size), Math.floor(i / size), i <= now ? number : "", { "data-step": i + 1 }));
    });
    if (size) parts.push(...cell("tap", right + column, row, ""));
    const wide = Math.max(right + size, right + 4, 12) * CELL;
    frame.setAttribute("viewBox", `-4 -24 ${wide + 8} ${Math.max(room, size, 5) * CELL + 28}`);
    frame.setAttribute("aria-label", size ? word.picture(word.padded(room), word.size(size), values.step) : word.nothing(word.padded(room)));
    frame.replaceChildren(...parts);

    formula.textContent = `⌊(H + 2P − D(K − 1) − 1) / S⌋ + 1 = ⌊(${input} + 2×${padding} − ${dilation}×(${kernel} − 1) − 1) / ${stride}⌋ + 1 = ${size || "—"}`;
    sum.textContent = size ? `${taps.map(({ pixel, weight }) => `${pixel}×${weight}`).join(" + ")} = ${output[row][column]}` : "";
    const zeros = taps.filter(({ inside }) => !inside).length;
    const rest = leftOver(values);
    status.say(size
      ? word.now(values.step, size * size, row + 1, column + 1, output[row][column]) + (zeros ? word.zeros(zeros) : "") + (rest ? word.rest(rest) : "")
      : word.unfit(span, room));
    examples.value = PRESETS.findIndex((preset) => Object.entries(preset).every(([name, value]) => values[name] === value));
  };

  const examples = html("select", { id: `${root.id}-example` }, html("option", { value: -1 }, word.own),
    ...word.presets.map((name, i) => html("option", { value: i }, name)));
  examples.addEventListener("change", () => {
    stop();
    settings.set({ ...PRESETS[examples.value], step: 1 });
  });
  const settings = settingsOf(root, definitions, (name) => {
    if (name !== null) stop();
    draw();
  });
  const { values } = settings;
  const stepper = settings.controls.querySelector(`#${CSS.escape(root.id)}-step`);

  const to = (step) => settings.set({ step });
  const { play, stop } = player(root, word, {
    every: 500,
    ended: () => values.step >= definitions.step.max,
    restart: () => to(1),
    forward: () => to(values.step + 1),
    finish: () => to(definitions.step.max),
  });
  const walk = (step) => {
    stop();
    to(step);
  };
  frame.addEventListener("click", ({ target }) => {
    if (target.dataset.step) walk(Number(target.dataset.step));
  });
  const buttons = html("div", { class: "explorable-buttons" }, button(word.back, () => walk(values.step - 1)), play,
    button(word.forward, () => walk(values.step + 1)), button(word.reset, () => {
      stop();
      settings.reset();
    }));
  const choice = html("div", { class: "explorable-buttons" }, html("label", { for: examples.id }, word.example), examples);
  assemble(root, word.name, choice, frame, formula, sum, ...status.lines, settings.controls, buttons);
  draw();
};
