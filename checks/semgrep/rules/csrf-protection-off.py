from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST


# ruleid: csrf-protection-off
@csrf_exempt
def change_address(request):
    request.user.address = request.POST["address"]


def settings(app) -> None:
    # ruleid: csrf-protection-off
    app.config["WTF_CSRF_ENABLED"] = False


# ok: csrf-protection-off
@require_POST
def change_name(request):
    request.user.name = request.POST["name"]


# ok: csrf-protection-off
@csrf_exempt
def payment_webhook(request, verified):
    return verified(request.body)


def settings_kept(app, options) -> None:
    # ok: csrf-protection-off
    app.config["WTF_CSRF_ENABLED"] = True
    # ok: csrf-protection-off
    app.config["WTF_CSRF_TIME_LIMIT"] = options.seconds
