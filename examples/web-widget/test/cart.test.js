import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { addLine, shown, total } from "../src/cart.js";

describe("cart", () => {
  it("adds up what its lines cost", () => {
    const cart = addLine(addLine([], { id: "tea", cents: 450 }), { id: "cup", cents: 1200, quantity: 2 });
    assert.equal(total(cart), 2850);
  });

  it("has one line for one thing", () => {
    const cart = addLine(addLine([], { id: "tea", cents: 450 }), { id: "tea", cents: 450, quantity: 2 });
    assert.deepEqual(cart, [{ id: "tea", cents: 450, quantity: 3 }]);
  });

  it("refuses what is no price and no quantity", () => {
    assert.throws(() => addLine([], { id: "tea", cents: 4.5 }), RangeError);
    assert.throws(() => addLine([], { id: "tea", cents: 450, quantity: 0 }), RangeError);
  });

  it("shows cents with two digits", () => {
    assert.equal(shown(1205), "12.05");
  });
});
