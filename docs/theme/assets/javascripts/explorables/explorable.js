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

/**
 * A picture with axes that fits its place and is drawn anew when the place changes.
 *
 * @param {object} range `x` and `y`: [low, high]; `xTicks`, `yTicks`: the numbers on the axes; `xLabel`, `yLabel`.
 * @param {function} content gets `{x, y}` (number to place) and gives the elements inside the axes, which are clipped.
 * @returns `frame`, the element; `draw(label)`, where label is what a screen reader reads; `at(event)`, the number
 *   on the horizontal axis under a pointer.
 */
export const picture = ({ x: [left, right], y: [bottom, top], xTicks, yTicks, xLabel, yLabel }, content) => {
  const margin = { left: 34, right: 8, top: 22, bottom: 38 };
  const height = 300;
  const frame = svg("svg", { class: "explorable-picture", role: "img", height });
  let width = 0;
  let label = "";
  const inner = () => ({ wide: width - margin.left - margin.right, high: height - margin.top - margin.bottom });
  const places = (ticks) => (ticks.every(Number.isInteger) ? 0 : 1);
  const text = (words, x, y, anchor) => svg("text", { x, y, "text-anchor": anchor }, words);

  const draw = (words = label) => {
    label = words;
    frame.setAttribute("aria-label", label);
    if (!width) return;
    const { wide, high } = inner();
    const x = (number) => ((number - left) / (right - left)) * wide;
    // far outside is far enough: huge coordinates break some renderers
    const y = (number) => Math.max(-1e4, Math.min(1e4, ((top - number) / (top - bottom)) * high));
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
    axes.append(text(xLabel, wide / 2, high + 34, "middle"), text(yLabel, -margin.left + 2, -8, "start"));
    // an inner svg clips without an id, of which a page may have several
    const inside = svg("svg", { x: margin.left, y: margin.top, width: wide, height: high, overflow: "hidden" });
    inside.append(...content({ x, y }));
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
    return left + ((event.clientX - box.left - margin.left) / inner().wide) * (right - left);
  };
  return { frame, draw, at };
};

/**
 * The settings of an explorable: a slider each, kept in the address as `?ID-NAME=VALUE`, so that a link shares them.
 *
 * @param {Element} root the explorable; its `data-NAME` are the values it starts from.
 * @param {object} definitions name -> `{label, min, max, step, log, whole, format}`; `log` makes a slider of the
 *   exponent, and `step` then counts in powers of ten; `whole` rounds; `format` writes the value.
 * @param {function} changed is called after each change.
 * @returns `values`, name -> number; `set(values)`; `reset()`; `controls`, the sliders in one element.
 */
export const settingsOf = (root, definitions, changed) => {
  const names = Object.keys(definitions);
  const address = (name) => `${root.id}-${name}`;
  const allowed = (name, value) => {
    const { min, max, whole } = definitions[name];
    const inside = Math.min(max, Math.max(min, value));
    return whole ? Math.round(inside) : inside;
  };
  const first = Object.fromEntries(names.map((name) => [name, Number(root.dataset[name])]));
  const values = { ...first };
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isFinite(value)) throw new Error(`#${root.id} has no data-${name} with a number`);
    const asked = new URL(location.href).searchParams.get(address(name));
    if (asked !== null && asked.trim() !== "" && Number.isFinite(Number(asked))) values[name] = allowed(name, Number(asked));
  }

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
  const sliders = {};
  const show = (name, moved = false) => {
    const { log, format } = definitions[name];
    const { input, value } = sliders[name];
    const text = format(values[name]);
    if (!moved) input.value = log ? Math.log10(values[name]) : values[name];
    input.setAttribute("aria-valuetext", text);
    value.textContent = text;
  };
  for (const name of names) {
    const { label, min, max, step, log } = definitions[name];
    const input = html("input", {
      type: "range", id: `${root.id}-${name}`, step,
      min: log ? Math.log10(min) : min, max: log ? Math.log10(max) : max,
    });
    const value = html("span", { class: "explorable-value", "aria-hidden": "true" }); // the slider says it itself
    input.addEventListener("input", () => {
      const place = Number(input.value);
      values[name] = allowed(name, log ? Number((10 ** place).toPrecision(3)) : place);
      show(name, true);
      remember();
      changed(name);
    });
    sliders[name] = { input, value };
    controls.append(html("label", { for: input.id }, label), input, value);
    show(name);
  }
  const set = (wanted) => {
    for (const [name, value] of Object.entries(wanted)) {
      values[name] = allowed(name, value);
      show(name);
    }
    remember();
    changed(null);
  };
  return { values, set, reset: () => set(first), controls };
};

/** A real button. */
export const button = (label, action) => {
  const made = html("button", { type: "button" }, label);
  made.addEventListener("click", action);
  return made;
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

/** Put the parts under the text that asks the reader to try something, as one named group. */
export const assemble = (root, label, ...parts) => {
  root.append(html("div", { class: "explorable-box", role: "group", "aria-label": label }, ...parts));
};
