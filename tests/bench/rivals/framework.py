"""The rival on FastAPI and Mangum."""

from __future__ import annotations

from fastapi import FastAPI, Request
from mangum import Mangum

from .work import take

app = FastAPI()


@app.post("/v1/events", status_code=202)
async def take_event(request: Request) -> dict[str, str]:
    """Take an event in; boto3 blocks, as a Lambda function has one request at a time."""
    return {"reference": take(request.headers, await request.body())}


http = Mangum(app, lifespan="off")
