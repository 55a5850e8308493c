"""What a demo instance shows beside: the messages that its people would have received."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from khien.kernel import phones
from khien.kernel.errors import Refused
from khien.messaging import queries as messaging

MOST = 100


def messages(request: HttpRequest) -> HttpResponse:
    """Texts and e-mails of the demo, newest first; `so` narrows to one number, `loai` to one kind, `dang=json` is for programs."""
    typed = request.GET.get("so", "").strip()[:60]
    address = _address(typed)
    found = messaging.demo_messages(MOST, address, template=request.GET.get("loai", "")[:40])
    if request.GET.get("dang") == "json":
        rows = [
            {
                "channel": one.channel,
                "address": one.address,
                "text": one.text,
                "template": one.template,
                "at": one.received_at.isoformat(),
            }
            for one in found
        ]
        return JsonResponse(rows, safe=False)
    return render(request, "portal/demo_messages.html", {"messages": found, "typed": typed})


def _address(typed: str) -> str:
    """A phone in the form in which it is kept; an e-mail as it is."""
    try:
        return phones.read_phone(typed).e164 if typed and "@" not in typed else typed
    except Refused:
        return typed
