// A linter that knows one rule: no eval. It writes SARIF.
import fs from "node:fs";

const results = [];
for (const name of fs.readdirSync("src").sort()) {
  fs.readFileSync(`src/${name}`, "utf8").split("\n").forEach((text, index) => {
    const column = text.indexOf("eval(");
    if (column >= 0) {
      const region = { startLine: index + 1, startColumn: column + 1, endColumn: column + 5 };
      const physicalLocation = { artifactLocation: { uri: `src/${name}`, uriBaseId: "%SRCROOT%" }, region };
      results.push({ ruleId: "no-eval", level: "error", message: { text: "eval runs text" }, locations: [{ physicalLocation }] });
    }
  });
}
const runs = [{ tool: { driver: { name: "lint", rules: [] } }, results }];
fs.writeFileSync(process.argv[2], JSON.stringify({ version: "2.1.0", runs }));
process.exitCode = results.length ? 1 : 0;
