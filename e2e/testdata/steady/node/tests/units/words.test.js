const assert = require("node:assert");
const path = require("node:path");
const { describe, it, test } = require("node:test");
const words = require(path.join(process.env.ARTEFACTS, "words.js"));

test("counts", () => {
  assert.deepStrictEqual(words.count("b a b"), { b: 2, a: 1 });
});

describe("longest", () => {
  it("finds the longest", () => assert.strictEqual(words.longest("a bb"), "bb"));
  it("refuses nothing", () => assert.throws(() => words.longest(""), RangeError));
});

test("waits", async () => {
  assert.strictEqual(await words.later("x"), "x");
});
