// What @bdelab/jscat makes of answers: reads {"items": [{"a","b","c","d"}…], "answers": [[0|1…]…], "methods": ["EAP"…]}
// from standard input and prints {"EAP": {"theta": […], "cpu_us": of one}…}. Its grid is −6 to 6 by 0.1.
const { Cat } = require("@bdelab/jscat");

const { items, answers, methods } = JSON.parse(require("fs").readFileSync(0, "utf8"));

function estimate(method, row) {
  const cat = new Cat({ method });
  cat.updateAbilityEstimate(items, row);
  return cat.theta;
}

const found = {};
for (const method of methods) {
  answers.slice(0, 20).forEach((row) => estimate(method, row)); // compiled by now
  const before = process.cpuUsage();
  const theta = answers.map((row) => estimate(method, row));
  const used = process.cpuUsage(before);
  found[method] = { theta, cpu_us: (used.user + used.system) / answers.length };
}
console.log(JSON.stringify(found));
