#!/usr/bin/env python3
"""Checks an exported audit log with python3 and openssl alone: no Paraphe, no network.

  python3 verify.py [FOLDER] [--key HEX] [--all] [CHECKPOINT-FILE ...]

FOLDER holds audit.jsonl (one entry a line, the very bytes that are hashed), clear.txt (the texts behind the commitments: entry, name, salt and
text, or the entry that erased it), checkpoint (the newest), checkpoints (all), log.pub.pem. --key is the SHA-256 of the log's public key as you know it from elsewhere. CHECKPOINT-FILE: checkpoints
that you received by mail or that a witness kept. --all: openssl on every checkpoint, not on a hundred of them. Exit status 0: whole."""
import base64, functools, hashlib, hmac, itertools, json, multiprocessing, os, pathlib, re, subprocess, sys, tempfile

args = [a for a in sys.argv[1:] if a != '--all']
known_key = args.pop(args.index('--key') + 1).lower() if '--key' in args else None
args = [a for a in args if a != '--key']
folder = args.pop(0) if args and os.path.isdir(args[0]) else os.path.dirname(os.path.abspath(__file__))
path = lambda name: os.path.join(folder, name)
sha256, faults = lambda data: hashlib.sha256(data).digest(), []
def fault(text):
    faults.append(text)
    if len(faults) <= 20: print('WRONG ', text)
# 1. The public key, and every checkpoint: origin, size, root, empty line, "— origin base64(key id, signature)" (c2sp.org/tlog-checkpoint).
der = subprocess.run(['openssl', 'pkey', '-pubin', '-in', path('log.pub.pem'), '-outform', 'DER'], capture_output=True, check=True).stdout
print('key    sha256', hashlib.sha256(der).hexdigest())
if known_key and known_key != hashlib.sha256(der).hexdigest(): fault('the public key is not the one that you know')
NOTE = re.compile(r'(([^\n]+)\n(\d+)\n([A-Za-z0-9+/]{43}=)\n)\n— ([^\n]+) ([A-Za-z0-9+/]{91}=)\n?')
notes, origin = [], None
for name in ['checkpoints', 'checkpoint'] + args:
    with open(path(name) if name.startswith('checkpoint') and name not in args else name, encoding='utf-8') as file:
        found = NOTE.findall(file.read().replace('\r\n', '\n'))
    if not found: fault(f'{name}: no checkpoint in it')
    for body, who, size, root, signer, signature in found:
        origin, blob = origin or who, base64.b64decode(signature)
        if who != origin or signer != origin: fault(f'{name}: a checkpoint of another log, {who}')
        if blob[:4] != sha256(who.encode() + b'\n\x01' + der[-32:])[:4]: fault(f'{name}: checkpoint {size} is signed by another key')
        notes.append((int(size), base64.b64decode(root), body.encode(), blob[4:], name))
notes.sort(key=lambda note: note[0])
step = 1 if '--all' in sys.argv else max(1, len(notes) // 100)
signed = [note for index, note in enumerate(reversed(notes)) if index % step == 0 or note[4] in args]
with tempfile.TemporaryDirectory() as folder_of_one:
    sig, msg = os.path.join(folder_of_one, 's'), os.path.join(folder_of_one, 'm')
    for size, _, body, signature, name in signed:
        pathlib.Path(sig).write_bytes(signature), pathlib.Path(msg).write_bytes(body)
        if subprocess.run(['openssl', 'pkeyutl', '-verify', '-pubin', '-inkey', path('log.pub.pem'), '-rawin', '-in', msg, '-sigfile', sig],
                          capture_output=True).returncode: fault(f'{name}: the signature of checkpoint {size} is not good')
# 2. Every clear text against its commitment, HMAC-SHA-256 under its salt. In a process of its own, beside part 3.
def check_texts():
    wrong, taken, shown, decode, digest = [], {}, 0, base64.b64decode, hmac.digest
    with open(path('audit.jsonl'), 'rb') as entries, open(path('clear.txt'), 'rb') as texts:
        text = texts.readline()
        for count, entry in enumerate(entries, 1):
            start = entry.find(b'"clear":{')
            promised = entry[start + 8:entry.find(b'}', start)] if start >= 0 else b''
            left, number = promised.count(b'":"'), b'%d ' % count
            while text.startswith(number):
                _, name, salt, value = text.split(b' ', 3)
                if salt == b'-': taken.setdefault(int(value), []).append('%d %s\n' % (count, name.decode()))
                else:
                    shown, value = shown + 1, json.loads(value).encode() if b'\\' in value else value[1:-2]
                    if b'"%s":"%s"' % (name, digest(decode(salt), value, 'sha256').hex().encode()) not in promised:
                        wrong.append(f'entry {count}: the clear text "{name.decode()}" was altered or put in')
                left, text = left - 1, texts.readline()
            if left: wrong.append(f'entry {count}: clear texts are missing or too many')
    return wrong + (['there are clear texts of no entry'] if text else []), taken, shown
try:
    out, into = (fork := multiprocessing.get_context('fork')).Pipe(False)
    fork.Process(target=lambda: into.send(check_texts())).start(), into.close()
    later = out.recv
except ValueError: later = check_texts

# 3. Every entry in order, and the tree of RFC 6962: leaf = H(0, entry), node = H(1, left, right); 2^16 leaves at a time are a subtree of it.
def root_of(peaks):
    return functools.reduce(lambda right, left: sha256(b'\x01' + left + right), reversed(peaks)) if peaks else sha256(b'')
def check_entries(stack, last, begun, waiting, erasures, H=hashlib.sha256):
    with open(path('audit.jsonl'), 'rb') as file:
        while lines := [line[:-1] for line in itertools.islice(file, 1 << 16)]:
            for count, entry in enumerate(lines, begun + 1):
                if b'"seq":%d,"type":"' % count not in entry: fault(f'line {count} is not entry {count}')
                at = entry.find(b'"at":"') + 6
                if entry[at:at + 24] < last: fault(f'entry {count}: the clock goes back')
                last = entry[at:at + 24]
                if entry.endswith(b'"type":"person.erased"}'): erasures[count] = json.loads(entry)['detail']
                if entry.endswith(b'"type":"audit.continued"}'): print('note   entry', count, 'records a break: what was signed before may be lost')
            levels = [[H(b'\0' + entry).digest() for entry in lines]]
            while len(levels[-1]) > 1: levels.append([H(b'\1' + a + b).digest() for a, b in zip(levels[-1][::2], levels[-1][1::2])])
            peaks = lambda n: [levels[bit][(n >> bit) - 1] for bit in range(n.bit_length() - 1, -1, -1) if n >> bit & 1]
            while waiting and waiting[-1][0] <= begun + len(lines):
                size, root, _, _, name = waiting.pop()
                if root_of(stack + peaks(size - begun)) != root: fault(f'{name}: checkpoint {size} is of another tree')
            stack, begun, bit = stack + peaks(len(lines)), begun + len(lines), (begun >> 16) + 1
            while len(lines) == 1 << 16 and bit % 2 == 0: stack, bit = stack[:-2] + [sha256(b'\x01' + stack[-2] + stack[-1])], bit // 2
    for size, _, _, _, name in waiting: fault(f'{name}: checkpoint {size} is beyond the last entry, {begun}')
    return begun, erasures
count, erasures = check_entries([], b'', 0, notes[::-1], {})
wrong, taken, shown = later()
for text in wrong: fault(text)
for seq in {*taken, *erasures}:
    told, lines = erasures.get(seq, {}), taken.get(seq, [])
    if told.get('count') != len(lines) or told.get('erased') != hashlib.sha256(''.join(lines).encode()).hexdigest(): fault(f'erasure {seq} is not as told')
print(f'log    {origin}\nread   {count} entries, {len(notes)} checkpoints ({len(signed)} signatures tried), {shown} clear texts')
print(f'signed up to entry {notes[-1][0] if notes else 0}\n' + ('WHOLE' if not faults else f'NOT WHOLE: {len(faults)} faults'))
sys.exit(1 if faults else 0)
