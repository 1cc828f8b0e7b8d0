import tarfile
import zipfile


def unfiltered(archive: str, folder: str) -> None:
    with tarfile.open(archive) as tar:
        # ruleid: tar-extracted-unfiltered
        tar.extractall(folder)
    # ruleid: tar-extracted-unfiltered
    tarfile.open(archive).extractall(path=folder)
    opened = tarfile.open(archive, "r:gz")
    # ruleid: tar-extracted-unfiltered
    opened.extractall()


def filtered(archive: str, folder: str, chosen) -> None:
    with tarfile.open(archive) as tar:
        # ok: tar-extracted-unfiltered
        tar.extractall(folder, filter="data")
        # ok: tar-extracted-unfiltered
        tar.extractall(folder, members=chosen(tar))
    with tarfile.open(archive) as tar:
        tar.extraction_filter = tarfile.data_filter
        # ok: tar-extracted-unfiltered
        tar.extractall(folder)
    # zipfile removes drive letters and ".." by itself.
    with zipfile.ZipFile(archive) as packed:
        # ok: tar-extracted-unfiltered
        packed.extractall(folder)
