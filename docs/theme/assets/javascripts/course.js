// What every page needs, on its first load and after each instant navigation: copy buttons, the language link, and
// the scripts for diagrams and explorables where there are any.
const words = {
  en: { run: "Copy, ready to run", plain: "Copy this block only",
        copied: (all, before) => before ? `Copied ${all} lines, ${before} of them from earlier blocks` : `Copied ${all} lines`,
        failed: "The browser refused: select the code and copy it by hand" },
  zh: { run: "复制（可直接运行）", plain: "只复制这一段",
        copied: (all, before) => before ? `已复制 ${all} 行，其中 ${before} 行来自前面的代码` : `已复制 ${all} 行`,
        failed: "浏览器不允许复制，请手动选中代码再复制" },
};
const word = words[document.documentElement.lang] || words.en;

const codeOf = (block) => {
  const text = block.querySelector("pre code").textContent.replace(/\n+$/, "");
  if (block.dataset.kind !== "doctest") return text;
  return text.split("\n").filter((line) => /^(>>>|\.\.\.)( |$)/.test(line)).map((line) => line.slice(4)).join("\n");
};

// The block with the earlier lines it needs (data-needs), as engine/needs.py puts them together.
const courseScript = (block) => {
  const parts = [];
  let previous = null;
  for (const [id, first, last] of JSON.parse(block.dataset.needs || "[]")) {
    const lines = codeOf(document.getElementById(id)).split("\n").slice(first - 1, last).join("\n");
    if (id === previous) parts[parts.length - 1] += "\n" + lines;
    else parts.push(lines);
    previous = id;
  }
  return [...parts, codeOf(block)].join("\n\n") + "\n";
};
window.courseScript = courseScript;

const count = (text) => text.split("\n").filter((line) => line.trim()).length;

const addCopyButtons = (block) => {
  if (block.querySelector(".course-copy")) return;
  const bar = document.createElement("div");
  bar.className = "course-copy";
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  const button = (label, text) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.addEventListener("click", async () => {
      const copied = text();
      try {
        await navigator.clipboard.writeText(copied);
        said.textContent = word.copied(count(copied), count(copied) - count(codeOf(block)));
      } catch {
        said.textContent = word.failed;
      }
    });
    return made;
  };
  bar.append(button(word.run, () => courseScript(block)));
  if (block.dataset.needs !== "[]") bar.append(button(word.plain, () => codeOf(block) + "\n"));
  bar.append(said);
  block.append(bar);
};

// Instant navigation leaves the header as it is, so the language link is kept on the present page and place here.
const languageLink = document.querySelector("a.course-language");
const otherRoot = languageLink && new URL(languageLink.dataset.root, location.href).href;
const thisRoot = languageLink && new URL(languageLink.dataset.here, location.href).href;
const keepPlace = () => {
  languageLink.href = otherRoot + location.href.slice(thisRoot.length);
};
languageLink?.addEventListener("click", keepPlace);

const start = () => {
  document.querySelectorAll(".course-block").forEach(addCopyButtons);
  if (languageLink) keepPlace();
  // Material wraps wide tables, which scroll on a phone: a keyboard must reach them too.
  setTimeout(() => document.querySelectorAll(".md-typeset__scrollwrap").forEach((wrap) => { wrap.tabIndex = 0; }));
  if (document.querySelector(".diagram")) import("./diagrams.js").then((module) => module.drawDiagrams());
  if (document.querySelector(".explorable")) import("./explorables/start.js").then((module) => module.mountExplorables());
};
if (window.document$) window.document$.subscribe(start);
else start();
