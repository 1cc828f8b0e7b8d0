import os

# ruleid: secret-in-url
DATABASE = "postgresql://shop:q7Zt2LwX9p@db.internal.shop.ch:5432/orders"
# ruleid: secret-in-url
QUEUE = "amqps://worker:Wq8-railway-Kp2@queue.shop.ch/orders"

# ok: secret-in-url
PLACEHOLDER = "postgresql://user:password@db.internal.shop.ch/orders"
# ok: secret-in-url
LOCAL = "postgresql://shop:q7Zt2LwX9p@localhost/orders"
# ok: secret-in-url
COMPOSED = "postgresql://shop:q7Zt2LwX9p@db:5432/orders"
# ok: secret-in-url
PLAIN = "https://shop.ch:8443/orders"
# ok: secret-in-url
MADE = f"postgresql://shop:{os.environ['PASSWORD']}@db.internal.shop.ch/orders"
