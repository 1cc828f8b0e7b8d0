import sqlite3

from psycopg import sql
from sqlalchemy import text

TABLE = "orders"
OPEN = "'open'"


def pasted(connection: sqlite3.Connection, name: str, number: str) -> None:
    # ruleid: sql-value-in-text
    connection.execute(f"SELECT id FROM users WHERE name = '{name}'")
    # ruleid: sql-value-in-text
    connection.execute("SELECT id FROM users WHERE name = '%s'" % name)
    # ruleid: sql-value-in-text
    connection.execute("DELETE FROM users WHERE number = {}".format(number))
    # ruleid: sql-value-in-text
    connection.execute("SELECT id FROM users WHERE name LIKE '%" + name + "%'")
    # ruleid: sql-value-in-text
    connection.execute(text(f"UPDATE users SET name = '{name}' WHERE id = 3"))
    # ruleid: sql-value-in-text
    connection.execute(u"SELECT id FROM users WHERE name = '%s'" % name)
    # ruleid: sql-value-in-text
    connection.execute(Rf"SELECT id FROM users WHERE name = '{name}'")
    query = f"""
        INSERT INTO users (number, name)
        VALUES ({number}, '{name}')
    """
    # ruleid: sql-value-in-text
    connection.execute(query)


async def pasted_later(pool, name: str):
    # ruleid: sql-value-in-text
    return await pool.fetchrow(f"SELECT * FROM users WHERE email = '{name}'")


def parametrised(connection: sqlite3.Connection, name: str, numbers: list[int]) -> None:
    # ok: sql-value-in-text
    connection.execute("SELECT id FROM users WHERE name = ?", (name,))
    # ok: sql-value-in-text
    connection.execute("SELECT id FROM users WHERE name = %s", (name,))
    # ok: sql-value-in-text
    connection.execute(f"SELECT id FROM {TABLE} WHERE name = ?", (name,))
    # ok: sql-value-in-text
    connection.execute(f"SELECT id FROM {TABLE} WHERE state = {OPEN}")
    # ok: sql-value-in-text
    connection.execute(f"SELECT id FROM users WHERE id IN ({', '.join('?' * len(numbers))})", numbers)
    placeholders = ", ".join("?" for _ in numbers)
    # ok: sql-value-in-text
    connection.execute(f"SELECT id FROM users WHERE id IN ({placeholders})", numbers)
    # ok: sql-value-in-text
    connection.execute("SELECT id FROM users WHERE id IN (%s)" % ", ".join(["?"] * len(numbers)), numbers)
    # ok: sql-value-in-text
    connection.execute("SELECT %s FROM users WHERE name = %%s" % "id", (name,))
    # ok: sql-value-in-text
    connection.execute("SELECT id, name " + "FROM users WHERE name = ?", (name,))
    # ok: sql-value-in-text
    connection.execute(f"SELECT id FROM users WHERE id = {int(name)}")


def composed(cursor, table: str, name: str) -> None:
    # ok: sql-value-in-text
    cursor.execute(sql.SQL("SELECT id FROM {} WHERE name = {}").format(sql.Identifier(table), sql.Literal(name)))
    # ok: sql-value-in-text
    cursor.execute(f"SET client_encoding TO '{table.replace('x', 'y')}'")
