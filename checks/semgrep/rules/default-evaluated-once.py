import time
import uuid
from dataclasses import dataclass, field
from datetime import datetime, timezone

from pydantic import BaseModel
from sqlalchemy import Column, DateTime


# ruleid: default-evaluated-once
def log(text: str, when=datetime.now(timezone.utc)) -> str:
    return f"{when} {text}"


# ruleid: default-evaluated-once
def started(name: str, at: float = time.time()) -> tuple[str, float]:
    return name, at


class Order(BaseModel):
    # ruleid: default-evaluated-once
    number: str = uuid.uuid4()


@dataclass
class Event:
    # ruleid: default-evaluated-once
    at: datetime = datetime.now()


class Row:
    # ruleid: default-evaluated-once
    created = Column(DateTime, default=datetime.utcnow())


# ok: default-evaluated-once
def log_now(text: str, when: datetime | None = None) -> str:
    return f"{when or datetime.now(timezone.utc)} {text}"


# ok: default-evaluated-once
def timed(name: str, clock=time.time) -> tuple[str, float]:
    return name, clock()


class OrderNow(BaseModel):
    number: str

    def renumber(self) -> None:
        # ok: default-evaluated-once
        number: str = uuid.uuid4()
        self.number = number


@dataclass
class EventNow:
    # ok: default-evaluated-once
    at: datetime = field(default_factory=datetime.now)


class RowNow:
    # ok: default-evaluated-once
    created = Column(DateTime, default=datetime.utcnow)
