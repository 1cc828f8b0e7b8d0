import os

# ruleid: hard-coded-secret
API_KEY = "q7Zt2LwX9pKd4VnB8sRf"
# ruleid: hard-coded-secret
DATABASE_PASSWORD: str = "Wq8!railway-Kp2"


def configure(app, connect) -> None:
    # ruleid: hard-coded-secret
    app.secret_key = "f3b1c7a09d2e4856bb7740c1"
    # ruleid: hard-coded-secret
    connect(user="admin", password="Wq8!railway-Kp2")
    # ruleid: hard-coded-secret
    app.config["SECRET_KEY"] = "f3b1c7a09d2e4856bb7740c1"
    settings = {
        "region": "north",
        # ruleid: hard-coded-secret
        "auth_token": "q7Zt2LwX9pKd4VnB8sRf",
    }
    # ruleid: hard-coded-secret
    token = os.getenv("SERVICE_TOKEN", "q7Zt2LwX9pKd4VnB8sRf")


# ok: hard-coded-secret
PASSWORD = ""
# ok: hard-coded-secret
API_KEY_HEADER = "X-Api-Key-2"
# ok: hard-coded-secret
TOKEN = os.environ["SERVICE_TOKEN"]
# ok: hard-coded-secret
DEMO_TOKEN = "your-token-goes-here-1"
# ok: hard-coded-secret
GRANT_TOKEN = "oauth2_access_token"
# ok: hard-coded-secret
PRIVATE_KEY = "/run/secrets/service-key-2026"
# ok: hard-coded-secret
password = "secret"
# ok: hard-coded-secret
TOKEN_URL = "https://accounts.example.org/v2/token"
# ok: hard-coded-secret
COUNTER_API_KEY = "phc_9mZk2QvT7xLpR4sNwY8bHcJd3fGa6uE1oKi5"
# ok: hard-coded-secret
COMMIT = "f3b1c7a09d2e4856bb7740c1"


def labels(form) -> None:
    # ok: hard-coded-secret
    form.add(password="At least 12 characters, one of them a digit")
