"""What stands before the API: a firewall that counts tries by source, and words where no function answers."""

from __future__ import annotations

import json
from collections.abc import Iterable

from infra.resources.parts import NAME, Part, sub

POSTS_PER_SOURCE = 1000
"""POSTs to the door and the public forms from one address in five minutes (*policy*).

A mobile network's gateway is one source for thousands of phones, so it is no guard of a single case: that is
the try limit's (chalicelib/store/tries.py). It keeps a guesser from trying many references.
"""
COUNTED = ("/n/", "/open/")
HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox",  # a static value here may hold no quotes, so no 'none'
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_PAGE = (
    '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>{zh} / {en}</title>'
    '<h1>{zh}</h1><p>{zh_more}</p><h1 lang="en">{en}</h1><p lang="en">{en_more}</p></html>'
)
_WORDS = {
    "DEFAULT_4XX": (
        "没有找到页面", "请打开短信或邮件中的链接再试。",
        "Page not found", "Please open the link in your text message or e-mail.",
    ),
    "DEFAULT_5XX": (
        "服务暂时出现问题", "这不是您的原因，请过几分钟再试。",
        "There is a problem with the service", "This is not your fault. Please try again in a few minutes.",
    ),
    "THROTTLED": (
        "访问的人太多", "请过一分钟再试，您填写的内容没有丢失。",
        "Too many requests", "Please try again in a minute. What you have sent so far is kept.",
    ),
}  # fmt: skip


def part() -> Part:
    return {
        "Resources": {
            "Firewall": firewall(),
            "FirewallOfApi": {
                "Type": "AWS::WAFv2::WebACLAssociation",
                "Condition": "ManagesFirewall",
                "DependsOn": ["RestAPIapiStage"],
                "Properties": {
                    "ResourceArn": sub(
                        "arn:${AWS::Partition}:apigateway:${AWS::Region}::/restapis/${RestAPI}/stages/api"
                    ),
                    "WebACLArn": {"Fn::GetAtt": ["Firewall", "Arn"]},
                },
            },
            **{_name(kind): answer(kind, words) for kind, words in _WORDS.items()},
        }
    }


def firewall() -> Part:
    """A web ACL that lets everything pass but too many POSTs of one source to the counted routes."""
    posts = _matches(["POST"], {"Method": {}}, "EXACTLY")
    routes = _matches(COUNTED, {"UriPath": {}}, "CONTAINS")
    rate = {
        "Limit": POSTS_PER_SOURCE,
        "AggregateKeyType": "IP",
        "EvaluationWindowSec": 300,
        "ScopeDownStatement": {"AndStatement": {"Statements": [posts, routes]}},
    }
    return {
        "Type": "AWS::WAFv2::WebACL",
        "Condition": "ManagesFirewall",
        "Properties": {
            "Name": sub(NAME),
            "Scope": "REGIONAL",
            "DefaultAction": {"Allow": {}},
            "VisibilityConfig": _seen("all"),
            "Rules": [
                {
                    "Name": "tries",
                    "Priority": 0,
                    "Action": {"Block": {"CustomResponse": {"ResponseCode": 429}}},
                    "Statement": {"RateBasedStatement": rate},
                    "VisibilityConfig": _seen("tries"),
                }
            ],
        },
    }


def answer(kind: str, words: tuple[str, str, str, str]) -> Part:
    """What API Gateway says when no function does: plain words for people, a problem for machines."""
    zh, zh_more, en, en_more = words
    page = _PAGE.format(zh=zh, zh_more=zh_more, en=en, en_more=en_more)
    headers = {f"gatewayresponse.header.{name}": f"'{value}'" for name, value in HEADERS.items()}
    return {
        "Type": "AWS::ApiGateway::GatewayResponse",
        "Properties": {
            "RestApiId": {"Ref": "RestAPI"},
            "ResponseType": kind,
            "ResponseParameters": headers,
            "ResponseTemplates": {
                "application/json": json.dumps({"type": "about:blank", "title": en}),
                "text/html": page,
            },
        },
    }


def _name(kind: str) -> str:
    return "Answer" + kind.title().replace("_", "")


def _matches(texts: Iterable[str], field: Part, how: str) -> Part:
    found = [
        {
            "ByteMatchStatement": {
                "SearchString": text,
                "FieldToMatch": field,
                "PositionalConstraint": how,
                "TextTransformations": [{"Priority": 0, "Type": "NONE"}],
            }
        }
        for text in texts
    ]
    return found[0] if len(found) == 1 else {"OrStatement": {"Statements": found}}


def _seen(name: str) -> Part:
    # Samples hold whole paths, and a path can hold a link's token.
    return {
        "CloudWatchMetricsEnabled": True,
        "SampledRequestsEnabled": False,
        "MetricName": sub(f"{NAME}-{name}"),
    }
