import ssl


def old(wrap, socket):
    # ruleid: tls-version-old
    context = ssl.SSLContext(ssl.PROTOCOL_TLSv1)
    # ruleid: tls-version-old
    wrapped = wrap(socket, ssl_version=ssl.PROTOCOL_SSLv3)
    # ruleid: tls-version-old
    context.minimum_version = ssl.TLSVersion.TLSv1_1
    return context, wrapped


def recent(wrap, socket):
    # ok: tls-version-old
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # ok: tls-version-old
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    # ok: tls-version-old
    wrapped = wrap(socket, ssl_version=ssl.PROTOCOL_TLS_CLIENT)
    # ok: tls-version-old
    context.maximum_version = ssl.TLSVersion.MAXIMUM_SUPPORTED
    # ok: tls-version-old
    return context, wrapped, context.minimum_version == ssl.TLSVersion.TLSv1
