import ldap
from ldap.filter import escape_filter_chars
from ldap3.utils.conv import escape_filter_chars as escaped

BASE = "ou=people,dc=example,dc=org"
KIND = "person"


def pasted(connection, user: str) -> None:
    # ruleid: ldap-filter-from-text
    connection.search(BASE, f"(&(objectClass=person)(uid={user}))", attributes=["cn"])
    # ruleid: ldap-filter-from-text
    connection.search_s(BASE, ldap.SCOPE_SUBTREE, "(uid=%s)" % user)
    # ruleid: ldap-filter-from-text
    connection.search(search_base=BASE, search_filter="(mail=" + user + ")")
    wanted = "(uid={})".format(user)
    # ruleid: ldap-filter-from-text
    connection.search_ext_s(BASE, ldap.SCOPE_SUBTREE, wanted)


def quoted(connection, user: str, number: str, pattern) -> None:
    # ok: ldap-filter-from-text
    connection.search(BASE, f"(uid={escape_filter_chars(user)})")
    # ok: ldap-filter-from-text
    connection.search_s(BASE, ldap.SCOPE_SUBTREE, "(uid=%s)" % escape_filter_chars(user))
    # ok: ldap-filter-from-text
    connection.search(BASE, f"(objectClass={KIND})")
    # ok: ldap-filter-from-text
    connection.search(BASE, f"(uidNumber={int(number)})")
    # ok: ldap-filter-from-text
    connection.search(BASE, "(objectClass=person)")
    # ok: ldap-filter-from-text
    pattern.search(f"({user})")
