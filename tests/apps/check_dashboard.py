"""Every metric and label that the dashboard asks for is one that the gateway tells.

check_dashboard.py DASHBOARD METRICS, where METRICS is what GET /metrics answered.
"""
import json
import re
import sys

dashboard = json.load(open(sys.argv[1], encoding="utf-8"))
text = open(sys.argv[2], encoding="utf-8").read()
told = set(re.findall(r"^# TYPE (\S+) ", text, re.MULTILINE))
labels = {}  # of each metric that has been told
for name, inside in re.findall(r"^([a-z_0-9]+)(?:\{(.*)\})? \S+$", text, re.MULTILINE):
    known = labels.setdefault(re.sub(r"_(sum|count|bucket)$", "", name) if name not in told else name, set())
    known.update(re.findall(r'([a-z_0-9]+)="', inside))

asked = set()
for panel in dashboard["panels"]:
    for target in panel["targets"]:
        where = f"panel '{panel['title']}'"
        # Labels are no metrics.
        expression = re.sub(r"\b(by|without)\s*\([^)]*\)|\{[^}]*\}", "", target["expr"])
        names = re.findall(r"\b(?:spillway|gen_ai)_[a-z_0-9]+", expression)
        if not names:
            sys.exit(f"{where} asks for no metric: {target['expr']}")
        names = [re.sub(r"_(sum|count|bucket)$", "", n) if n not in told else n for n in names]
        asked.update(names)
        by = re.findall(r"\bby\s*\(([^)]*)\)", target["expr"])
        used = {label.strip() for group in by for label in group.split(",")}
        used.update(re.findall(r'([a-z_0-9]+)\s*(?:=~|!~|!=|=)\s*"', target["expr"]))
        shown = set(re.findall(r"\{\{(\w+)\}\}", target.get("legendFormat", "")))
        if by and not shown <= used:
            sys.exit(f"{where} shows {sorted(shown - used)}, which its sums no longer have")
        # A metric without a sample, as nothing of the kind has happened, tells no labels.
        if all(n in labels for n in names):
            lacking = (used | shown) - set().union(*(labels[n] for n in names))
            if lacking:
                sys.exit(f"{where}: {names} have no labels {sorted(lacking)}")
missing = sorted(asked - told)
if missing:
    sys.exit(f"no such metrics: {', '.join(missing)}; told are: {', '.join(sorted(told))}")
print(f"{len(asked)} metrics in {len(dashboard['panels'])} panels")
