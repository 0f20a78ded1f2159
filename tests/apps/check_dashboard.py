"""Every metric that the dashboard asks for is one that the gateway tells.

check_dashboard.py DASHBOARD METRICS, where METRICS is what GET /metrics answered.
"""
import json
import re
import sys

dashboard = json.load(open(sys.argv[1], encoding="utf-8"))
told = set(re.findall(r"^# TYPE (\S+) ", open(sys.argv[2], encoding="utf-8").read(), re.MULTILINE))
asked = set()
for panel in dashboard["panels"]:
    for target in panel["targets"]:
        # Labels are no metrics.
        expression = re.sub(r"\b(by|without)\s*\([^)]*\)|\{[^}]*\}", "", target["expr"])
        names = re.findall(r"\b(?:spillway|gen_ai)_[a-z_0-9]+", expression)
        if not names:
            sys.exit(f"panel '{panel['title']}' asks for no metric: {target['expr']}")
        asked.update(re.sub(r"_(sum|count|bucket)$", "", n) if n not in told else n for n in names)
missing = sorted(asked - told)
if missing:
    sys.exit(f"no such metrics: {', '.join(missing)}; told are: {', '.join(sorted(told))}")
print(f"{len(asked)} metrics in {len(dashboard['panels'])} panels")
