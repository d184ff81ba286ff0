// Material fetches the search index with every page. It gets an empty one; this worker loads the real index at the first query.
const at = (path) => new URL(path, self.location.href.replace(/assets\/javascripts\/.*/, ""));
const SETUP = 0, READY = 1, QUERY = 2, RESULT = 3;
const say = self.postMessage.bind(self);
let setup = null; // what Material said at first: the index without its pages
let settle = null; // set while the real worker prepares itself
let loaded = null;
let passing = false;

self.postMessage = (message) => {
  if (message.type === READY && settle) settle();
  else say(message);
};

// The first listener sees a message first and keeps it from Material's own worker until the index is there.
addEventListener("message", async (event) => {
  if (passing) return;
  event.stopImmediatePropagation();
  const { type, data } = event.data;
  if (type === SETUP) {
    setup = data;
    return say({ type: READY });
  }
  if (type === QUERY && !String(data).trim()) return say({ type: RESULT, data: { items: [] } });
  loaded = loaded || fetch(at("search/full_index.json")).then((answer) => answer.json()).then((index) =>
    new Promise((resolve) => { settle = resolve; pass({ type: SETUP, data: { ...setup, docs: index.docs } }); }).then(() => { settle = null; }));
  await loaded;
  pass(event.data);
});

const pass = (data) => {
  passing = true;
  dispatchEvent(new MessageEvent("message", { data }));
  passing = false;
};

importScripts(new URL(self.location.href).searchParams.get("worker"));
