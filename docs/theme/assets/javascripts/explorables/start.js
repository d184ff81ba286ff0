// Finds the explorables of a page and loads the module that each one names; course.js calls it on every page that has one.
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

export const mountExplorables = () => document.querySelectorAll(".explorable").forEach(mount);
