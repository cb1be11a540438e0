const words = require("./words.js");
console.log(JSON.stringify(words.count(require("fs").readFileSync(0, "utf8").trim())));
