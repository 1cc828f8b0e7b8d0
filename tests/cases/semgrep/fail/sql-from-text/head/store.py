def count(cursor, name):
    cursor.execute(f"SELECT count(*) FROM orders WHERE name = '{name}'")
    return cursor.fetchone()
