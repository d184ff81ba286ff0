// node lighthouse.mjs CHROMIUM "FLAGS" ADDRESS REPORT: what Lighthouse finds on a page, as a file of JSON.
// Its command line does the same, but goes on for seconds after the report is written.

import { writeFileSync } from "node:fs";
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

const [chromePath, flags, address, report] = process.argv.slice(2);
const chrome = await launch({ chromePath, chromeFlags: flags.split(" ") });
try {
  const found = await lighthouse(address, { port: chrome.port, output: "json", disableFullPageScreenshot: true });
  writeFileSync(report, found.report);
} finally {
  chrome.kill();
}
process.exit();
