// Draws Mermaid diagrams when they come near the screen, and again when the colour scheme changes.
const SMALLEST = 0.6; // of the size at which Mermaid draws
let library = null;
let number = 0;

const sizes = new ResizeObserver((entries) => { // what can be scrolled has to be reached by the keyboard
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

const draw = async (diagram) => {
  library = library || import("../mermaid/mermaid.esm.min.mjs").then((module) => module.default);
  const mermaid = await library;
  const dark = document.body.dataset.mdColorScheme === "slate";
  mermaid.initialize({
    startOnLoad: false, securityLevel: "strict", theme: dark ? "dark" : "neutral",
    htmlLabels: false, flowchart: { htmlLabels: false }, fontFamily: getComputedStyle(document.body).fontFamily,
  });
  const source = diagram.querySelector(".diagram-source");
  const { svg } = await mermaid.render(`drawing-${(number += 1)}`, source.textContent);
  let drawing = diagram.querySelector(".diagram-drawing");
  if (!drawing) {
    drawing = document.createElement("div");
    drawing.className = "diagram-drawing";
    drawing.setAttribute("aria-hidden", "true"); // the diagram itself carries the text
    diagram.append(drawing);
  }
  drawing.innerHTML = svg;
  sizes.unobserve(diagram); // observed anew, it is measured anew
  const picture = drawing.querySelector("svg"); // on a narrow screen its words stay legible, and the rest is scrolled to
  picture.style.minWidth = `${Math.round(SMALLEST * picture.viewBox.baseVal.width)}px`;
  sizes.observe(diagram);
  source.hidden = true;
  diagram.dataset.drawn = dark ? "dark" : "light";
};

let queue = Promise.resolve(); // Mermaid draws one at a time
const ask = (diagram) => { queue = queue.then(() => draw(diagram)).catch((error) => console.error("diagram", error)); };
const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    ask(target);
  }
}, { rootMargin: "400px" });

const diagrams = (drawn) => document.querySelectorAll(drawn ? ".diagram[data-drawn]" : ".diagram:not([data-drawn])");
new MutationObserver(() => diagrams(true).forEach(ask))
  .observe(document.body, { attributes: true, attributeFilter: ["data-md-color-scheme"] });
addEventListener("beforeprint", () => diagrams(false).forEach(ask));

export const drawDiagrams = () => {
  near.disconnect();
  diagrams(false).forEach((diagram) => near.observe(diagram));
};
