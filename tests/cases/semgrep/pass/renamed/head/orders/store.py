def find(cursor, name):
    cursor.execute(f"SELECT id FROM orders WHERE name = '{name}'")
    return cursor.fetchone()


def count(cursor, name):
    cursor.execute("SELECT count(*) FROM orders WHERE name = %s", (name,))
    return cursor.fetchone()
