// What explorables share: elements, numbers, axes, settings that live in sliders and in the address, a status line.

const fill = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

/** An HTML element. */
export const html = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);

/** An SVG element. */
export const svg = (tag, attributes = {}, ...children) =>
  fill(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

/** The words of the page's language. */
export const wordsOf = (dictionary) => dictionary[document.documentElement.lang] || dictionary.en;

/** A number as text, with a true minus: to `places` decimals, or as a power of ten where that would be long. */
export const shown = (number, places = 3) => {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "NaN" : number < 0 ? "−∞" : "∞";
  const size = Math.abs(number);
  const text = size >= 1e5 ? number.toExponential(1) : number.toFixed(places);
  return (Number(text) === 0 ? text.replace("-", "") : text).replaceAll("-", "−").replace("e+", "e");
};

/** A positive number to three significant digits, without trailing zeros. */
export const brief = (number) => String(Number(number.toPrecision(3)));

/** A curve as the path of its points; `x` and `y` map numbers to places in the picture. */
export const curve = (value, [low, high], x, y, points = 200) =>
  Array.from({ length: points + 1 }, (_, i) => low + ((high - low) * i) / points)
    .map((at, i) => `${i ? "L" : "M"}${x(at).toFixed(2)} ${y(value(at)).toFixed(2)}`)
    .join("");

/** Numbers for an axis from `low` to `high`: some four to six round ones. */
export const ticks = (low, high, parts = 5) => {
  const rough = (high - low) / parts;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((times) => times * power >= rough * 0.999) * power;
  const first = Math.ceil(low / step - 1e-9);
  return Array.from({ length: Math.floor(high / step + 1e-9) - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(6)));
};

/**
 * A picture with axes that fits its place and is drawn anew when the place changes.
 *
 * @param {object} range `x` and `y`: [low, high]; `xTicks`, `yTicks`: the numbers on the axes; `xLabel`, `yLabel`;
 *   `height` in pixels. It is read at each drawing, so it may change.
 * @param {function} content gets `{x, y}` (number to place) and gives the elements inside the axes, which are clipped.
 * @param {function} ground the same for what lies below and stays while neither range nor place changes.
 * @returns `frame`, the element; `draw(label)`, where label is what a screen reader reads; `at(event)`, the numbers
 *   `{x, y}` on the axes under a pointer; `drag(move)`, which calls `move` with them, and with
 *   whether it begins, while a pointer is pressed; a finger takes a `handle`, or taps.
 */
export const picture = (range, content, ground = () => []) => {
  const margin = { left: 34, right: 14, top: 22, bottom: 38 };
  const height = range.height || 300;
  const frame = svg("svg", { class: "explorable-picture", role: "img", height });
  frame.style.height = `${height}px`;
  let width = 0;
  let label = "";
  let below = { of: "" };
  const inner = () => ({ wide: width - margin.left - margin.right, high: height - margin.top - margin.bottom });
  const places = (ticks) => Math.max(...ticks.map((tick) => (brief(tick).split(".")[1] || "").length));
  const text = (words, x, y, anchor) => svg("text", { x, y, "text-anchor": anchor }, words);

  const draw = (words = label) => {
    label = words;
    frame.setAttribute("aria-label", label);
    if (!width) return;
    const { wide, high } = inner();
    const { x: [left, right], y: [bottom, top], xTicks, yTicks } = range;
    // far outside is far enough: huge coordinates break some renderers
    const near = (place) => Math.max(-1e4, Math.min(1e4, place));
    const x = (number) => near(((number - left) / (right - left)) * wide);
    const y = (number) => near(((top - number) / (top - bottom)) * high);
    frame.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const axes = svg("g", { class: "explorable-axes", transform: `translate(${margin.left} ${margin.top})` });
    for (const tick of xTicks) {
      axes.append(svg("line", { x1: x(tick), x2: x(tick), y1: 0, y2: high }));
      axes.append(text(shown(tick, places(xTicks)), x(tick), high + 16, "middle"));
    }
    for (const tick of yTicks) {
      axes.append(svg("line", { x1: 0, x2: wide, y1: y(tick), y2: y(tick) }));
      axes.append(text(shown(tick, places(yTicks)), -6, y(tick) + 4, "end"));
    }
    axes.append(text(range.xLabel, wide / 2, high + 34, "middle"), text(range.yLabel, -margin.left + 2, -8, "start"));
    const of = [wide, high, left, right, bottom, top, range.name].join();
    if (below.of !== of) below = { of, drawn: svg("g", {}, ...ground({ x, y })) };
    // an inner svg clips without an id, of which a page may have several
    const inside = svg("svg", { x: margin.left, y: margin.top, width: wide, height: high, overflow: "hidden" });
    inside.append(below.drawn, ...content({ x, y }));
    frame.replaceChildren(axes, inside);
  };

  new ResizeObserver(([entry]) => {
    const place = Math.round(entry.contentRect.width);
    if (place === width || !place) return;
    width = place;
    draw();
  }).observe(frame);

  const at = (event) => {
    const box = frame.getBoundingClientRect();
    const { wide, high } = inner();
    const { x: [left, right], y: [bottom, top] } = range;
    return {
      x: left + ((event.clientX - box.left - margin.left) / wide) * (right - left),
      y: top - ((event.clientY - box.top - margin.top) / high) * (top - bottom),
    };
  };
  const drag = (move) => {
    frame.classList.add("explorable-draggable");
    let held = false; // not hasPointerCapture: what a finger touches captures it of its own accord
    let begins = true;
    const byTouch = (event) => event.pointerType === "touch";
    const follow = (event) => {
      move(at(event), begins);
      begins = false;
    };
    frame.addEventListener("pointerdown", (event) => {
      if (byTouch(event) && !event.target.closest(".explorable-grip")) return; // a finger may be about to scroll
      held = begins = true;
      frame.setPointerCapture(event.pointerId);
      if (!byTouch(event)) follow(event); // a drawing now would take away what touchstart is about to reach
    });
    frame.addEventListener("touchstart", (event) => { // no scrolling; touch-action does nothing inside an svg
      if (event.target.closest(".explorable-grip")) event.preventDefault();
    }, { passive: false });
    frame.addEventListener("pointermove", (event) => {
      if (held) follow(event);
    });
    for (const end of ["pointerup", "pointercancel"]) frame.addEventListener(end, () => { held = false; });
    frame.addEventListener("click", (event) => { // a finger that did not
      if (byTouch(event)) move(at(event), true);
    });
  };
  return { frame, draw, at, drag };
};

/** What can be dragged in a picture, with room around it for a finger. */
export const handle = (cx, cy) => svg("g", { class: "explorable-grip" },
  svg("circle", { cx, cy, r: 22 }), svg("circle", { class: "explorable-handle", cx, cy, r: 8 }));

/**
 * The settings of an explorable: a slider each, or a choice, kept in the address as `?ID-NAME=VALUE`, so that a link
 * shares them.
 *
 * @param {Element} root the explorable; its `data-NAME` are the values it starts from.
 * @param {object} definitions name -> `{label, min, max, step, log, whole, format}`; `log` makes a slider of the
 *   exponent, and `step` then counts in powers of ten; `whole` rounds; `format` writes the value; `min` and `max` may
 *   be functions of the values so far. Or `{label, options: {value: words}}`, one of them; or, with `several: true`,
 *   some of them, in the address as "one two"; `sample(value)` then gives what stands before the words.
 * @param {function} changed is called after each change.
 * @returns `values`, name -> number or text; `set(values)`; `reset()`; `enable(name, whether)`; `controls`, the sliders
 *   in one element; `fields`, name -> the element of a choice, for a place of your own.
 */
export const settingsOf = (root, definitions, changed) => {
  const names = Object.keys(definitions);
  const address = (name) => `${root.id}-${name}`;
  const values = {};
  const edge = (bound) => (typeof bound === "function" ? bound(values) : bound);
  const allowed = (name, value) => { // null: not at all
    const { min, max, whole, options, several } = definitions[name];
    if (options) {
      const asked = value.split(" ");
      if (several) return Object.keys(options).filter((one) => asked.includes(one)).join(" ");
      return Object.hasOwn(options, value) ? value : null;
    }
    if (String(value).trim() === "" || !Number.isFinite(Number(value))) return null;
    const inside = Math.min(edge(max), Math.max(edge(min), Number(value)));
    return whole ? Math.round(inside) : inside;
  };
  const put = (wanted) => {
    for (const name of names) { // in their order, as bounds may depend on what comes before
      const value = allowed(name, wanted[name] ?? values[name] ?? "");
      if (value !== null) values[name] = value;
    }
  };
  put(root.dataset);
  const missing = names.filter((name) => !(name in values));
  if (missing.length) throw new Error(`#${root.id} has no data-${missing} that fits`);
  const first = { ...values };
  const asked = new URL(location.href).searchParams;
  put(Object.fromEntries(names.map((name) => [name, asked.get(address(name))])));

  let waiting;
  const remember = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => { // browsers limit how often an address may change
      if (!root.isConnected) return; // the reader is on another page by now
      const url = new URL(location.href);
      const moved = names.some((name) => values[name] !== first[name]);
      for (const name of names) {
        if (moved) url.searchParams.set(address(name), values[name]);
        else url.searchParams.delete(address(name));
      }
      history.replaceState(history.state, "", url);
    }, 150);
  };

  const controls = html("div", { class: "explorable-controls" });
  const fields = {};
  const show = {};
  const moved = (name, value) => {
    values[name] = value;
    show[name](true);
    remember();
    changed(name);
  };
  const slider = (name) => {
    const { label, min, max, step, log, format } = definitions[name];
    const scale = (number) => (log ? Math.log10(number) : number);
    const input = html("input", { type: "range", id: address(name), step });
    const value = html("span", { class: "explorable-value", "aria-hidden": "true" }); // the slider says it itself
    input.addEventListener("input", () => {
      const place = Number(input.value);
      moved(name, allowed(name, log ? Number((10 ** place).toPrecision(3)) : place));
    });
    show[name] = (byHand) => {
      const text = format(values[name]);
      if (!byHand) {
        input.min = scale(edge(min));
        input.max = scale(edge(max));
        input.value = scale(values[name]);
      }
      input.setAttribute("aria-valuetext", text);
      value.textContent = text;
    };
    controls.append(html("label", { for: input.id }, label), input, value);
  };
  const choice = (name) => {
    const { label, options } = definitions[name];
    const input = html("select", { id: address(name), class: "explorable-setting" },
      ...Object.entries(options).map(([value, text]) => html("option", { value }, text)));
    input.addEventListener("change", () => moved(name, input.value));
    show[name] = () => { input.value = values[name]; };
    fields[name] = html("div", { class: "explorable-buttons" }, html("label", { for: input.id }, label), input);
  };
  const choices = (name) => {
    const { label, options, sample } = definitions[name];
    const boxes = Object.keys(options).map((value) => html("input", { type: "checkbox", value, id: `${address(name)}-${value}` }));
    for (const box of boxes) {
      box.addEventListener("change", () => moved(name, allowed(name, boxes.filter((one) => one.checked).map((one) => one.value).join(" "))));
    }
    show[name] = () => {
      for (const box of boxes) box.checked = values[name].split(" ").includes(box.value);
    };
    fields[name] = html("fieldset", { class: "explorable-choices" }, html("legend", {}, label),
      ...boxes.map((box) => html("label", { for: box.id }, box, ...(sample ? [sample(box.value)] : []), options[box.value])));
  };
  for (const name of names) {
    (definitions[name].several ? choices : definitions[name].options ? choice : slider)(name);
    show[name]();
  }
  const set = (wanted) => {
    put(wanted);
    for (const name of names) show[name]();
    remember();
    changed(null);
  };
  const enable = (name, whether) => {
    for (const input of (fields[name] || controls).querySelectorAll(`#${CSS.escape(address(name))}`)) input.disabled = !whether;
  };
  return { values, set, reset: () => set(first), enable, controls, fields };
};

/** A real button. */
export const button = (label, action) => {
  const made = html("button", { type: "button" }, label);
  made.addEventListener("click", action);
  return made;
};

/**
 * A button that plays, a step each so many milliseconds; where motion is unwelcome it goes to the end at once.
 *
 * @param {object} word `play` and `pause`.
 * @param {object} way `every`, milliseconds; `ended()`; `restart()`, `forward()`, `finish()`.
 * @returns `play`, the button; `stop()`.
 */
export const player = (root, word, { every, ended, restart, forward, finish }) => {
  let playing = null;
  const stop = () => {
    clearInterval(playing);
    playing = null;
    play.textContent = word.play;
  };
  const play = button(word.play, () => {
    if (playing) return stop();
    if (ended()) restart();
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) return finish(); // the same, without the motion
    play.textContent = word.pause;
    playing = setInterval(() => {
      if (!root.isConnected || ended()) return stop();
      forward();
      if (ended()) stop();
    }, every);
  });
  return { play, stop };
};

/** A line that a screen reader speaks when it has stood still for a moment: dragging does not make it chatter. */
export const statusLine = () => {
  const spoken = html("p", { class: "explorable-spoken", role: "status", "aria-live": "polite" });
  const seen = html("p", { class: "explorable-status", "aria-hidden": "true" });
  let waiting;
  const say = (text) => {
    seen.textContent = text;
    clearTimeout(waiting);
    waiting = setTimeout(() => { spoken.textContent = text; }, 400);
  };
  return { lines: [seen, spoken], say };
};

/** A table of numbers: `fill(columns, rows)`, where the first cell of each row names it. */
export const table = () => {
  const node = html("table", { class: "explorable-table" });
  const fill = (columns, rows) => node.replaceChildren(
    html("thead", {}, html("tr", {}, ...columns.map((cell) => html("th", { scope: "col" }, cell)))),
    html("tbody", {}, ...rows.map(([name, ...cells]) =>
      html("tr", {}, html("th", { scope: "row" }, name), ...cells.map((cell) => html("td", {}, cell))))),
  );
  return { node, fill };
};

/** Put the parts under the text that asks the reader to try something, as one named group. */
export const assemble = (root, label, ...parts) => {
  root.append(html("div", { class: "explorable-box", role: "group", "aria-label": label }, ...parts));
};
