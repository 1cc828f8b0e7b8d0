// A remark.

const a = 1;
const c = 2;
const b = eval("a");
export { a, b, c };
