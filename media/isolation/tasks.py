"""What a child can be asked to do, and nothing else."""

from importlib import import_module

from media.errors import MediaError
from media.isolation.messages import Message

#: Task → module and function that does it: message in, message out. Imported when first asked for.
TASKS = {
    "ready": ("media.formats.isolated", "ready"),
    "open": ("media.formats.isolated", "answer_open"),
    "pixels": ("media.formats.isolated", "answer_pixels"),
    "write": ("media.formats.isolated", "answer_write"),
    "video": ("media.video.probe", "answer_facts"),
    "still": ("media.video.probe", "answer_still"),
    "text": ("media.operations.lettering", "answer_text"),
}


def answer(message: Message) -> Message:
    """The task's answer, or the error that it raised."""
    module, function = TASKS[message.head["task"]]
    try:
        done: Message = getattr(import_module(module), function)(message)
    except MediaError as error:
        return Message({"error": type(error).__name__, "message": str(error)})
    except MemoryError:
        return Message({"error": "LimitExceeded", "message": "The image takes more memory than a request may use."})
    return done
