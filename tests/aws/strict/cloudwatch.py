"""CloudWatch's alarms as strict as AWS. moto refuses nothing, and has no CBOR."""

import re
import time

from .own import Own, Tags
from .response import Refusal

RANGES = {"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold"}
EXTENDED = re.compile(r"^(p(\d{1,2}(\.\d{0,10})?|100)|(tm|tc|ts|wm)\d+(\.\d+)?|IQM|(PR|TC|TM|TS|WM)\(.*\))$")
CHILD = re.compile(r"(?:ALARM|OK|INSUFFICIENT_DATA)\(\s*\"?([^\")]+?)\"?\s*\)")
WORDS = re.compile(r"\b(TRUE|FALSE)\b")
ACTIONS = ("OKActions", "AlarmActions", "InsufficientDataActions")


def invalid(words):
    return Refusal("ValidationError", words)


class Service(Tags, Own):
    model = "cloudwatch"
    invalid = "ValidationError"

    def alarms(self):
        return self.all("alarms")

    def put(self, asked, more):
        """Keeps an alarm. Its state stays, and tags count only when it is new."""
        name, alarms = asked["AlarmName"], self.alarms()
        for arn in (arn for kind in ACTIONS for arn in asked.get(kind, [])):
            region = arn.split(":")[3]
            if region != self.region:
                raise invalid(f"Invalid region {region} specified. Only {self.region} is supported.")
        old = alarms.get(name)
        if old and ("AlarmRule" in old) != ("AlarmRule" in asked):
            raise invalid(f"An alarm of another type has the name {name}.")
        now = time.time()
        state = {
            "StateValue": "INSUFFICIENT_DATA",
            "StateReason": "Unchecked: Initial alarm creation",
            "StateUpdatedTimestamp": now,
        }
        arn = f"arn:{self.partition}:cloudwatch:{self.region}:{self.account}:alarm:{name}"
        if not old:
            self.tag(arn, asked.get("Tags"))
        alarms[name] = {
            "ActionsEnabled": True,
            **{kind: [] for kind in ACTIONS},
            **(state if not old else {key: old[key] for key in state}),
            **more,
            **{key: value for key, value in asked.items() if key != "Tags"},
            "AlarmArn": arn,
            "AlarmConfigurationUpdatedTimestamp": now,
        }

    def put_metric_alarm(self, asked):
        kinds = [kind for kind in ("MetricName", "Metrics", "EvaluationCriteria") if asked.get(kind)]
        if len(kinds) != 1:
            raise invalid("Exactly one of MetricName, Metrics and EvaluationCriteria must be specified")
        if kinds == ["EvaluationCriteria"]:
            if not asked.get("EvaluationInterval"):
                raise invalid("EvaluationInterval is required with EvaluationCriteria")
            if asked.get("EvaluationPeriods") or asked.get("ComparisonOperator") or asked.get("Threshold") is not None:
                raise invalid("EvaluationPeriods, ComparisonOperator and Threshold can't be specified with EvaluationCriteria")
            return self.put(asked, {})
        self.check_threshold(asked)
        if kinds == ["Metrics"]:
            asked["Metrics"] = self.checked_metrics(asked)
            return self.put(asked, {})
        if bool(asked.get("Statistic")) == bool(asked.get("ExtendedStatistic")):
            raise invalid("Exactly one of Statistic and ExtendedStatistic must be specified")
        if asked.get("ExtendedStatistic") and not EXTENDED.match(asked["ExtendedStatistic"]):
            raise invalid(f"The value {asked['ExtendedStatistic']} for parameter ExtendedStatistic is not supported.")
        if not asked.get("Namespace") or not asked.get("Period"):
            raise Refusal("MissingParameter", "The parameters Namespace and Period are required with MetricName")
        self.check_period(asked["Period"], asked["EvaluationPeriods"])
        return self.put(asked, {"Dimensions": []})

    def check_threshold(self, asked):
        for required in ("EvaluationPeriods", "ComparisonOperator"):
            if not asked.get(required):
                raise Refusal("MissingParameter", f"The parameter {required} is required")
        ranged, by_id = asked["ComparisonOperator"] in RANGES, bool(asked.get("ThresholdMetricId"))
        if ranged and not by_id:
            raise invalid("ComparisonOperators for ranges require ThresholdMetricId to be set")
        if by_id and not ranged:
            raise invalid("ThresholdMetricId can only be set with ComparisonOperators for ranges")
        if (asked.get("Threshold") is None) != by_id:
            raise invalid("Exactly one of Threshold and ThresholdMetricId must be specified")
        if asked.get("DatapointsToAlarm", 1) > asked["EvaluationPeriods"]:
            raise invalid("DatapointsToAlarm must not be greater than EvaluationPeriods")
        for name, known in (
            ("TreatMissingData", ("breaching", "notBreaching", "ignore", "missing")),
            ("EvaluateLowSampleCountPercentile", ("evaluate", "ignore")),
        ):
            if asked.get(name) not in (None, *known):
                raise invalid(f"Option {asked[name]} is not supported. Supported options for {name} are {', '.join(known)}.")

    def check_period(self, period, periods):
        if period not in (10, 20, 30) and period % 60:
            raise invalid("Period must be 10, 20, 30 or a multiple of 60")
        if period * periods > (604800 if period >= 3600 else 86400):
            raise invalid("Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).")

    def checked_metrics(self, asked):
        for name in ("Namespace", "Dimensions", "Period", "Unit", "Statistic", "ExtendedStatistic"):
            if asked.get(name):
                raise invalid(f"{name} must not be set when Metrics is")
        metrics = [{"ReturnData": True, **metric} for metric in asked["Metrics"]]
        ids = [metric["Id"] for metric in metrics]
        if len(set(ids)) < len(ids):
            raise invalid("The ids of Metrics must be unique")
        if any(not re.match(r"^[a-z]\w*$", each) for each in ids):
            raise invalid("Invalid metrics list: ids must begin with a lower case letter")
        threshold = asked.get("ThresholdMetricId")
        if threshold and threshold not in ids:
            raise invalid(f"ThresholdMetricId {threshold} is not an id of Metrics")
        returned = [metric["Id"] for metric in metrics if metric["ReturnData"] and metric["Id"] != threshold]
        if len(returned) != 1:
            raise invalid("Exactly one element of the metrics list should return data.")
        for metric in metrics:
            if bool(metric.get("Expression")) == bool(metric.get("MetricStat")):
                raise invalid(f"Metric {metric['Id']} must have exactly one of Expression and MetricStat")
            period = metric.get("Period") or metric.get("MetricStat", {}).get("Period")
            if period:
                self.check_period(period, asked["EvaluationPeriods"])
        return metrics

    def put_composite_alarm(self, asked):
        rule = asked["AlarmRule"]
        if rule != rule.strip():
            raise invalid("AlarmRule must not begin or end with white space")
        children = self.children(rule)
        if not children and not WORDS.search(rule):
            raise invalid("AlarmRule must contain at least one alarm or TRUE or FALSE")
        missing = [name for name in children if name not in self.alarms()]
        if missing:
            raise invalid(
                f"Could not save the composite alarm as alarms [{', '.join(missing)}] in the alarm rule do not exist"
            )
        pair = [asked.get(name) is not None for name in ("ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod")]
        if any(pair) != all(pair) or any(pair) != bool(asked.get("ActionsSuppressor")):
            raise invalid("ActionsSuppressor needs ActionsSuppressorWaitPeriod and ActionsSuppressorExtensionPeriod")
        self.put(asked, {})

    def children(self, rule):
        return {found.rsplit(":alarm:", 1)[-1] for found in CHILD.findall(rule)}

    def parents(self, name):
        alarms = self.alarms().items()
        return [each for each, alarm in alarms if name in self.children(alarm.get("AlarmRule", ""))]

    def describe_alarms(self, asked):
        types, names = asked.get("AlarmTypes") or ["MetricAlarm"], asked.get("AlarmNames")
        found = list(self.alarms().items())
        if names:
            found = [(name, alarm) for name, alarm in found if name in names]
        if asked.get("AlarmNamePrefix"):
            found = [(name, alarm) for name, alarm in found if name.startswith(asked["AlarmNamePrefix"])]
        if asked.get("ParentsOfAlarmName"):
            held = self.parents(asked["ParentsOfAlarmName"])
            found = [(name, {"AlarmName": name, "AlarmArn": alarm["AlarmArn"]}) for name, alarm in found if name in held]
            return {"CompositeAlarms": [alarm for _, alarm in found]}
        kinds = {"MetricAlarm": [], "CompositeAlarm": []}
        for _, alarm in found:
            kinds["CompositeAlarm" if "AlarmRule" in alarm else "MetricAlarm"].append(alarm)
        return {f"{kind}s": alarms for kind, alarms in kinds.items() if kind in types}

    def delete_alarms(self, asked):
        alarms, names = self.alarms(), asked["AlarmNames"]
        missing = [name for name in names if name not in alarms]
        if missing:
            raise Refusal("ResourceNotFound", f"Alarm {missing[0]} does not exist")
        if any("AlarmRule" in alarms[name] for name in names) and len(names) > 1:
            raise invalid("A composite alarm must be deleted alone")
        for name in names:
            if self.parents(name):
                raise invalid(f"Cannot delete {name} as there are composite alarm(s) depending on it.")
        for name in names:
            self.tags().pop(alarms.pop(name)["AlarmArn"], None)
