def count(cursor, name):
    cursor.execute("SELECT count(*) FROM orders WHERE name = %s", (name,))
    return cursor.fetchone()
