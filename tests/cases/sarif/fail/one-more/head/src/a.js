const a = 1;
const b = eval("a");
export { a, b };
