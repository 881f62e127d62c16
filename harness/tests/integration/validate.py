# SPDX-License-Identifier: GPL-2.0-or-later
"""validate.py open|closed FILE...: checks each results.json against docs/results.schema.json; `closed` also refuses fields
that the schema does not name. Prints what is wrong; then the exit status is 1. Needs python3-jsonschema."""
import json, sys
import jsonschema
schema = json.load(open("docs/results.schema.json"))
jsonschema.Draft202012Validator.check_schema(schema)
def close(node):
    if isinstance(node, dict):
        if "properties" in node and "required" in node:
            node.setdefault("additionalProperties", False)
        for value in node.values():
            close(value)
    elif isinstance(node, list):
        for value in node:
            close(value)
if sys.argv[1] == "closed":
    close(schema)
validator = jsonschema.Draft202012Validator(schema)
bad = 0
for path in sys.argv[2:]:
    for error in validator.iter_errors(json.load(open(path))):
        print("%s: %s: %s" % (path, error.json_path, error.message[:300]))
        bad = 1
sys.exit(bad)
