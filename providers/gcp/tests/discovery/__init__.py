"""Google's discovery documents: what a request of REST is, and whether Google would understand it.

    document.py  an API's methods and schemas, as the document says them
    call.py      a request as method and parameters
    check.py     what is wrong with one, and with an answer

https://developers.google.com/discovery/v1/reference/apis. The documents come from the kit `google-discovery`. They say
names, types, formats and patterns; what values mean is for the models to know. Stricter than Google: fields have the
one name that the document gives them, and none is null. May import: the standard library, cloudless.codec, tests.
"""

from providers.gcp.tests.discovery.call import Call, NoCall, call_of, read
from providers.gcp.tests.discovery.check import answer_problems, problems
from providers.gcp.tests.discovery.document import Document, Method, document

__all__ = ["Call", "Document", "Method", "NoCall", "answer_problems", "call_of", "document", "problems", "read"]
