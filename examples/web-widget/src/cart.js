/** The lines of a cart, and what they cost. Prices are whole cents, so that no cent is lost. */

export function addLine(cart, { id, cents, quantity = 1 }) {
  if (!Number.isInteger(cents) || cents < 0) throw new RangeError(`${cents} is no price in cents`);
  if (!Number.isInteger(quantity) || quantity < 1) throw new RangeError(`${quantity} is no quantity`);
  const known = cart.find((line) => line.id === id);
  if (known === undefined) return [...cart, { id, cents, quantity }];
  return cart.map((line) => (line === known ? { ...line, quantity: line.quantity + quantity } : line));
}

export function total(cart) {
  return cart.reduce((sum, line) => sum + line.cents * line.quantity, 0);
}

export function shown(cents) {
  return `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, "0")}`;
}
