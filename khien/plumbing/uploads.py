"""Files sent with a form: kept in memory as a whole, or refused. Django's own handler leaves a larger one out without a word."""

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import MemoryFileUploadHandler


class WholeOrRefused(MemoryFileUploadHandler):
    """Answer 413 to more than FILE_UPLOAD_MAX_MEMORY_SIZE; what is sent is read to its end first, so that the answer reaches its sender."""

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if not self.activated:
            raise RequestDataTooBig(f"a file in a form of more than {file_size} bytes")
        return super().file_complete(file_size)
