// Reads [{"tex": "...", "display": true}] on standard input, writes [{"html": "..."}] or [{"error": "..."}].
import katex from "katex";

let input = "";
for await (const part of process.stdin) input += part;
const rendered = JSON.parse(input).map(({ tex, display }) => {
  try {
    const options = { displayMode: display, throwOnError: true, strict: false, output: "htmlAndMathml" };
    return { html: katex.renderToString(tex, options) };
  } catch (error) {
    return { error: String(error.message) };
  }
});
process.stdout.write(JSON.stringify(rendered));
