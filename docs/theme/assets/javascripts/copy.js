// Copy buttons: a block with the earlier lines it needs (data-needs), or the block alone.
(() => {
  const words = {
    en: { run: "Copy, ready to run", plain: "Copy this block only", one: "this block",
          copied: (all, before) => before ? `Copied ${all} lines, ${before} of them from earlier blocks` : `Copied ${all} lines` },
    zh: { run: "复制（可直接运行）", plain: "只复制这一段", one: "这一段",
          copied: (all, before) => before ? `已复制 ${all} 行，其中 ${before} 行来自前面的代码` : `已复制 ${all} 行` },
  };

  const codeOf = (block) => {
    const text = block.querySelector("pre code").textContent.replace(/\n+$/, "");
    if (block.dataset.kind !== "doctest") return text;
    return text.split("\n").filter((line) => /^(>>>|\.\.\.)( |$)/.test(line)).map((line) => line.slice(4)).join("\n");
  };

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

  const start = () => {
    const word = words[document.documentElement.lang] || words.en;
    for (const block of document.querySelectorAll(".course-block")) {
      if (block.querySelector(".course-copy")) continue;
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
          await navigator.clipboard.writeText(copied);
          said.textContent = word.copied(count(copied), count(copied) - count(codeOf(block)));
        });
        return made;
      };
      bar.append(button(word.run, () => courseScript(block)));
      if (block.dataset.needs !== "[]") bar.append(button(word.plain, () => codeOf(block) + "\n"));
      bar.append(said);
      block.append(bar);
    }
    // The language link keeps the place on the page, and what explorables are set to.
    for (const link of document.querySelectorAll("a.course-language")) {
      link.addEventListener("click", (event) => {
        link.search = location.search;
        link.hash = location.hash;
        event.stopPropagation(); // Material would look for the address in the sitemap, query and all, and go home
      });
    }
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
