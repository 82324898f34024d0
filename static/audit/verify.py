#!/usr/bin/env python3
"""Checks an exported audit log with python3 and openssl alone: no Paraphe, no network.

  python3 verify.py [FOLDER] [--key HEX] [--all] [CHECKPOINT-FILE ...]

FOLDER holds audit.jsonl (one entry a line, the very bytes that are hashed), clear.jsonl (the texts behind the commitments), checkpoint (the
newest), checkpoints (all), log.pub.pem. --key is the SHA-256 of the log's public key as you know it from elsewhere. CHECKPOINT-FILE: checkpoints
that you received by mail or that a witness kept. --all: openssl on every checkpoint, not on a hundred of them. Exit status 0: whole."""
import base64, hashlib, hmac, json, os, re, subprocess, sys, tempfile

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
        for file, data in ((sig, signature), (msg, body)):
            with open(file, 'wb') as out: out.write(data)
        if subprocess.run(['openssl', 'pkeyutl', '-verify', '-pubin', '-inkey', path('log.pub.pem'), '-rawin', '-in', msg, '-sigfile', sig],
                          capture_output=True).returncode: fault(f'{name}: the signature of checkpoint {size} is not good')

# 2. Every entry in order, and the tree of RFC 6962: leaf = H(0, entry), node = H(1, left, right).
erasures, promises, stack, last, count, next_note = {}, {}, [], b'', 0, 0
def root_of(peaks):
    if not peaks: return sha256(b'')
    root = peaks[-1]
    for left in reversed(peaks[:-1]): root = sha256(b'\x01' + left + root)
    return root
with open(path('audit.jsonl'), 'rb') as file:
    for line in file:
        entry = line[:-1]
        node, count = sha256(b'\x00' + entry), count + 1
        position = count
        while position % 2 == 0:
            node, position = sha256(b'\x01' + stack.pop() + node), position // 2
        stack.append(node)
        if b'"seq":%d,"type":"' % count not in entry: fault(f'line {count} is not entry {count}')
        at = entry.find(b'"at":"') + 6
        moment = entry[at:at + 24]
        if moment < last: fault(f'entry {count}: the clock goes back')
        last = moment
        if b'"clear":{' in entry: promises[count] = entry
        if entry.endswith(b'"type":"person.erased"}'): erasures[count] = json.loads(entry)['detail']
        if entry.endswith(b'"type":"audit.continued"}'): print('note   entry', count, 'records a break: what was signed before it may be lost')
        while next_note < len(notes) and notes[next_note][0] <= count:
            if root_of(stack) != notes[next_note][1]: fault(f'{notes[next_note][4]}: checkpoint {notes[next_note][0]} is of another tree')
            next_note += 1
for size, _, _, _, name in notes[next_note:]: fault(f'{name}: checkpoint {size} is beyond the last entry, {count}')

# 3. Every clear text against its commitment, HMAC-SHA-256 under its salt; every erasure against its event.
taken, shown = {}, 0
if os.path.exists(path('clear.jsonl')):
    with open(path('clear.jsonl'), encoding='utf-8') as file:
        for line in file:
            seq, sides = json.loads(line)
            promised = json.loads(promises.pop(seq, b'{}')).get('clear', {})
            if sorted(promised) != sorted(sides): fault(f'entry {seq}: clear texts are missing or too many')
            for name, (salt, value, by) in sorted(sides.items()):
                if by is not None: taken.setdefault(by, []).append(f'{seq} {name}\n')
                elif hmac.digest(base64.b64decode(salt), value.encode(), 'sha256').hex() != promised.get(name): fault(f'entry {seq}: {name} was altered')
                else: shown += 1
    for seq in promises: fault(f'entry {seq}: clear texts are missing')
    for seq in {*taken, *erasures}:
        told, lines = erasures.get(seq, {}), taken.get(seq, [])
        if told.get('count') != len(lines) or told.get('erased') != hashlib.sha256(''.join(lines).encode()).hexdigest(): fault(f'erasure {seq} is not as told')
print(f'log    {origin}\nread   {count} entries, {len(notes)} checkpoints ({len(signed)} signatures tried), {shown} clear texts')
print(f'signed up to entry {notes[-1][0] if notes else 0}\n' + ('WHOLE' if not faults else f'NOT WHOLE: {len(faults)} faults'))
sys.exit(1 if faults else 0)
