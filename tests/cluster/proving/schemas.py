"""What the makers of the engines say of a manifest: run by the Python that has their packages, and told as JSON.

    python schemas.py kubernetes        # kubernetes-validate, strict: members that are not in the schema are errors
    python schemas.py batch             # botocore's model of the service: members, types, what must be there, enumerations

It reads texts of manifests, as a list in JSON, and prints for each a pair: the manifest as data, and what there is to be said
against it.
"""

import json
import sys

# The requests that stand in the manifest, and what AWS calls each.
REQUESTS = {"definition": "RegisterJobDefinition", "shards": "SubmitJob", "merge": "SubmitJob"}
KUBERNETES = "1.37"


def kubernetes(text):
    import kubernetes_validate
    import yaml

    documents = list(yaml.safe_load_all(text))
    return documents, [said for document in documents for said in against_kubernetes(kubernetes_validate, document)]


def against_kubernetes(kubernetes_validate, document):
    try:
        kubernetes_validate.validate(document, KUBERNETES, strict=True)
    except Exception as error:
        yield f"{document.get('kind')}: {error.message if hasattr(error, 'message') else error}"


def batch(text):
    import botocore.session

    model, documents = botocore.session.get_session().get_service_model("batch"), json.loads(text)
    against = [f"{name} is no request" for name in sorted(documents.keys() ^ REQUESTS.keys())]
    for name in documents.keys() & REQUESTS.keys():
        shape = model.operation_model(REQUESTS[name]).input_shape
        against += [f"{name}: {said}" for said in against_batch(documents[name], shape)]
    return documents, against


def against_batch(request, shape):
    import botocore.validate

    yield from botocore.validate.ParamValidator().validate(request, shape).generate_report().splitlines()
    yield from foreign_words(request, shape)


def foreign_words(value, shape):
    """Words that stand where only others may: botocore leaves those to the service."""
    if shape.type_name == "structure" and isinstance(value, dict):
        for name in value.keys() & shape.members.keys():
            yield from foreign_words(value[name], shape.members[name])
    elif shape.type_name == "list" and isinstance(value, list):
        for one in value:
            yield from foreign_words(one, shape.member)
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        yield f"{value!r} is none of {', '.join(shape.enum)}"


if __name__ == "__main__":
    judged = {"kubernetes": kubernetes, "batch": batch}[sys.argv[1]]
    json.dump([judged(text) for text in json.load(sys.stdin)], sys.stdout)
