/** The cart as HTML. Whatever comes from outside is escaped. */

import { shown, total } from "./cart.js";

const ENTITIES = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

export function escape(text) {
  return String(text).replace(/[&<>"']/g, (character) => ENTITIES[character]);
}

export function render(cart) {
  const lines = cart.map((line) => `<li>${escape(line.id)} × ${line.quantity}</li>`).join("");
  return `<ul class="cart">${lines}</ul><p>${shown(total(cart))}</p>`;
}
