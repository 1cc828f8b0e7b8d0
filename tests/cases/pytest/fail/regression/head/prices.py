def total(prices):
    first, *rest = prices
    return first + sum(rest)
