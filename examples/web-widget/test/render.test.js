import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { render } from "../src/render.js";

describe("render", () => {
  it("shows every line and the total", () => {
    const html = render([{ id: "tea", cents: 450, quantity: 2 }]);
    assert.equal(html, '<ul class="cart"><li>tea × 2</li></ul><p>9.00</p>');
  });

  it("escapes what comes from outside", () => {
    assert.match(render([{ id: "<img>", cents: 1, quantity: 1 }]), /&lt;img&gt;/);
  });
});
