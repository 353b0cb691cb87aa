"""A template's pieces: intrinsic functions spelled short, names, and the joining of disjoint parts."""

from __future__ import annotations

from typing import Any

Part = dict[str, Any]

NAME = "accord-${Stage}"
LOG_DAYS = 90
"""Logs hold no personal data; 90 days outlast every clock an operator looks into (*policy*)."""


def ref(name: str) -> Part:
    return {"Ref": name}


def att(name: str, attribute: str = "Arn") -> Part:
    return {"Fn::GetAtt": [name, attribute]}


def sub(text: str) -> Part:
    return {"Fn::Sub": text}


def arn(service: str, rest: str) -> str:
    """The text (for `sub`) of an ARN of this account and region."""
    return f"arn:${{AWS::Partition}}:{service}:${{AWS::Region}}:${{AWS::AccountId}}:{rest}"


def same_account() -> Part:
    """A condition: only on behalf of this account (confused deputy)."""
    return {"StringEquals": {"aws:SourceAccount": ref("AWS::AccountId")}}


def log_group(name: str) -> Part:
    """An encrypted log group called `name` (text for `sub`)."""
    return {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Delete",
        "UpdateReplacePolicy": "Delete",
        "Properties": {"LogGroupName": sub(name), "RetentionInDays": LOG_DAYS, "KmsKeyId": att("DataKey")},
    }


def joined(*parts: Part) -> Part:
    """One template of all parts' sections. ValueError if two parts define the same name."""
    whole: Part = {}
    for part in parts:
        for section, entries in part.items():
            known = whole.setdefault(section, {})
            clash = known.keys() & entries.keys()
            if clash:
                raise ValueError(f"defined twice in {section}: {sorted(clash)}")
            known.update(entries)
    return whole
