// Finds the explorables of a page, also after an instant navigation, and loads the module that each one names.
const mount = async (root) => {
  if (root.dataset.state) return;
  root.dataset.state = "loading";
  try {
    const module = await import(`./${root.dataset.explorable}.js`);
    module.mount(root);
    root.dataset.state = "ready";
  } catch (error) {
    root.dataset.state = "failed"; // the style sheet hides it: the still figure above remains
    console.error(`explorable ${root.dataset.explorable}`, error);
  }
};

const start = () => document.querySelectorAll(".explorable").forEach(mount);

// Material announces every page, the first included; a module runs when the document has been read.
if (window.document$) window.document$.subscribe(start);
else start();
