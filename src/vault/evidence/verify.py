#!/usr/bin/env python3
"""Checks what openssl does not: that the log names every file, that each audit entry stands in the signed log (RFC 6962,
c2sp.org/tlog-proof@v1), that the log knows each revision. Usage: verify.py PACKAGE WORK. Cuts out what openssl is to check
into the folder WORK, with a line for each signature in WORK/plan. Prints each fault; exit status 1 where there is one."""
import base64, calendar, hashlib, hmac, json, os, re, sys, time
package, work, faults = *sys.argv[1:3], []
sys.excepthook = lambda kind, error, trace: print("cannot be read: %s %s" % (kind.__name__, error))
def check(good, told):
    if not good and told not in faults:
        faults.append(told)
        print(told)
read = lambda *names: open(os.path.join(package, *names), "rb").read()
write = lambda name, data: open(os.path.join(work, name), "wb").write(data)
sha256 = lambda data: hashlib.sha256(data).digest()
seconds = lambda text, form: calendar.timegm(time.strptime(text, form))
def values(der, at, end):
    while at < end:  # each DER value as (start, start of its content, end)
        start, length = at + 2, der[at + 1]
        if length > 127:
            start, length = start + length - 128, int.from_bytes(der[start:start + length - 128], "big")
        yield at, start, start + length
        at = start + length

def inside(der, value, *steps):
    for step in steps:
        value = list(values(der, value[1], value[2]))[step]
    return value

def root_of(leaf, index, size, path):
    node, last = index, size - 1  # RFC 9162, section 2.1.3.2
    for other in path:
        if not last: return None
        if node % 2 or node == last:
            leaf = sha256(b"\1" + other + leaf)
            while node % 2 == 0 and node:
                node, last = node >> 1, last >> 1
        else:
            leaf = sha256(b"\1" + leaf + other)
        node, last = node >> 1, last >> 1
    return None if last else leaf

# The checkpoint states the log's size and root; openssl checks its signature.
note = read("audit", "checkpoint")
origin, size, root, _, signature = note.decode().splitlines()
key = base64.b64decode("".join(read("audit", "log.pub.pem").decode().splitlines()[1:-1]))[-32:]
name, signed = re.fullmatch("\u2014 (\\S+) (\\S+)", signature).groups()
signed = base64.b64decode(signed)
check(name == origin and signed[:4] == sha256(name.encode() + b"\n\1" + key)[:4], "the checkpoint is not of this log's key")
write("checkpoint.body", note[:note.index(b"\n\n") + 1])
write("checkpoint.sig", signed[4:])

# Each entry stands in that log.
lines = read("audit", "entries.jsonl").splitlines(True)
entries = [json.loads(line) for line in lines]
for line, entry in zip(lines, entries):
    index = entry["seq"] - 1
    head, _, rest = read("audit", "%06d.tlog-proof" % entry["seq"]).partition(b"\n\n")
    path = head.decode().splitlines()
    leaf = root_of(sha256(b"\0" + line.rstrip(b"\n")), index, int(size), [base64.b64decode(one) for one in path[2:]])
    check(path[:2] == ["c2sp.org/tlog-proof@v1", "index %d" % index] and rest == note, "the proof of entry %d is not of this log" % (index + 1))
    check(leaf == base64.b64decode(root), "entry %d does not stand in the signed log" % (index + 1))

# The last entry is the making of this package: how many entries, their digest, and the digest of the list of the other files.
made = entries[-1]["detail"] if entries[-1]["type"] == "vault.evidence-taken" and entries[-1]["seq"] == int(size) else {}
check(made and len({entry["envelope"] for entry in entries}) == 1, "the last entry is not the making of this package")
check(made.get("entries") == len(lines) - 1 and made.get("trail") == sha256(b"".join(lines[:-1])).hex(), "entries were added, left out or moved")
sums = read("SHA256SUMS").decode().splitlines(True)
late = ["audit/entries.jsonl", "audit/checkpoint", "audit/checkpoint.p7s"] + ["audit/%06d.tlog-proof" % entry["seq"] for entry in entries]
files = "".join(line for line in sums if line[66:-1] not in late)
check(made.get("files") == sha256(files.encode()).hex(), "the list of files is not the one that the log knows")
found = [os.path.relpath(os.path.join(folder, one), package) for folder, _, names in os.walk(package) for one in names]
check(sorted(line[66:-1] for line in sums) == sorted(set(found) - {"SHA256SUMS"}), "files are here that are not listed, or the other way round")
for clear in map(json.loads, read("audit", "clear.jsonl").splitlines()):
    promised = {entry["seq"]: entry for entry in entries}[clear["seq"]]["clear"][clear["name"]]
    told = hmac.new(bytes.fromhex(clear["salt"]), clear["value"].encode(), "sha256").hexdigest()
    check(told == promised, "a clear text of entry %d is not what was recorded" % clear["seq"])

def logged(kind, name, document=None):
    mine = [entry["detail"] for entry in entries if entry["type"] == kind]
    return " ".join(str(one.get(name, "")) for one in mine if document in (None, one.get("documentId"))).split()

for one in [one for one in found if one.startswith("attachments")]:
    check(sha256(read(one)).hex() in logged("ceremony.signed", "attachments"), one + ": nobody signed with it")
# Each document: the log knows the original and each revision; the signature of a revision stands where it says.
plan = []
for document in sorted(os.listdir(os.path.join(package, "documents"))):
    folder = os.path.join("documents", document)
    rows = [line.split() for line in read(folder, "revisions.txt").decode().splitlines() if not line.startswith("#")]
    order = " ".join(row[1] for row in rows)
    check(re.fullmatch("(prepared certified|received)( signed)* sealed( security-store time-stamped)+", order), document + ": not the revisions of a sealed document")
    original = [one for one in os.listdir(os.path.join(package, folder)) if one.startswith("original")][0]
    check(sha256(read(folder, original)).hex() in logged("document.prepared", "original", document), document + ": not the original that was sent")
    known = {"certified": logged("document.prepared", "digest", document), "signed": logged("ceremony.signed", "digests")}
    first = [row for row in rows if row[1] == "time-stamped"][0]
    pdf, cut = open(os.path.join(package, folder, "sealed.pdf"), "rb"), []
    for row in [row for row in rows if row[1] not in ("prepared", "received", "security-store")]:
        number, kind, end, digest, start, resume, field = row
        wanted = logged("document.sealed", "digest", document) if row is first else known.get(kind, [digest])
        check(digest in wanted, "%s: the log does not know revision %s" % (document, number))
        pdf.seek(int(start))
        token = bytes.fromhex(re.fullmatch(b"<([0-9A-Fa-f]+)>", pdf.read(int(resume) - int(start))).group(1).decode())
        whole = next(values(token, 0, len(token)))
        der, name = token[:whole[2]], os.path.join(folder, "signatures", "%02d-%s" % (int(number), field))
        if kind != "time-stamped":
            check(read(name + ".p7s") == der, "%s: the signature beside revision %s is another one" % (document, number))
            signer = inside(der, whole, 1, 0, -1, 0)
            write("%s-%s.value" % (document, number), der[slice(*inside(der, signer, -2)[1:])])
            der = der[slice(*inside(der, signer, -1, 0, 1)[1:])]
        check(read(name + ".tst") == der, "%s: the time stamp beside revision %s is another one" % (document, number))
        cut.append([row, seconds(re.search(rb"\x18.(\d{14})", der).group(1).decode(), "%Y%m%d%H%M%S")])
    for step, (row, _) in enumerate(cut):
        proven = [moment for other, moment in cut[step:] if other[1] == "time-stamped"][0]
        plan.append("%s %d %s %d %d %d %d %s\n" % (document, int(row[0]), row[1], int(row[4]), int(row[5]), int(row[2]), proven, row[6]))
write("plan", "".join(plan).encode())
write("moment", str(seconds(entries[-1]["at"][:19], "%Y-%m-%dT%H:%M:%S")).encode())
last = [entry for entry in entries if entry["type"] in ("envelope.annulled", "envelope.reinstated")][-1:]
write("annulled", "".join(entry["at"] for entry in last if entry["type"] == "envelope.annulled").encode())
sys.exit(1 if faults else 0)
