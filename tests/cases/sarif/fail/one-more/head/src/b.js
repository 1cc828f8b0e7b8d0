const c = eval("1");
