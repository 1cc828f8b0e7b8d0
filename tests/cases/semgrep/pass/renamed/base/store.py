def find(cursor, name):
    cursor.execute(f"SELECT id FROM orders WHERE name = '{name}'")
    return cursor.fetchone()
