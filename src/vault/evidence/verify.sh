#!/bin/sh
# Checks this evidence package without Paraphe and without network: sha256sum, openssl 3, python3, and pdfsig where it is
# installed. Says GENUINE and ends with 0, or NOT GENUINE and ends with 1. Vérifie ce dossier de preuve sans Paraphe.
cd "$(dirname "$0")" || exit 2
for tool in sha256sum openssl python3; do
  command -v "$tool" >/dev/null || { echo "$tool is missing / est absent"; exit 2; }
done
work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
bad=0

# try WHAT COMMAND…: one line, and what the command said where it refuses.
try() {
  what=$1
  shift
  if "$@" >"$work/said" 2>&1; then echo "  ok    $what"; return; fi
  echo "  FAIL  $what"
  head -n 20 "$work/said" | sed 's/^/        /'
  bad=$((bad + 1))
}
# Nothing is trusted but the package's own root, and what is judged is judged at the proven time.
own() {
  command=$1
  shift
  openssl "$command" -no-CApath -no-CAstore -CAfile "$pki/root.pem" -attime "$at" "$@"
}
stamp() { openssl ts -verify -token_in -in "$file.tst" -data "$1" -CAfile "$pki/root.pem" -untrusted "$pki/chain.pem" -attime "$at"; }

# Once at each proven time of the document: an authority's certificate need not have lived through all of them.
once() {
  for at in $(grep "^$id " "$work/plan" | cut -d ' ' -f 7 | sort -u); do "$@" >"$work/tried" 2>&1 && return; done
  cat "$work/tried"
  return 1
}

# What a signature covers: the file to the end of its revision, but for the signature itself.
covered() {
  head -c "$start" "$pdf"
  tail -c "+$((resume + 1))" "$pdf" | head -c "$((end - resume))"
}
signature() {
  covered | own cms -verify -cades -binary -inform DER -in "$file.p7s" -content /dev/stdin -certfile "$pki/chain.pem" \
    -purpose any -signer "$work/signer.pem" -out /dev/null
}
stamp_of_signature() { stamp "$work/$id-$number.value"; }
stamp_of_file() { covered | stamp /dev/stdin; }
# Revocation lists of authorities of others are not ours to give: how far ours go is told by the package, which the audit log knows.
chain() {
  case $(sed -n "s/^$(serial "$1") //p" "$pki/lists.txt") in
    leaf) own verify -purpose any -untrusted "$pki/chain.pem" -CRLfile "$pki/crls.pem" -crl_check "$1" ;;
    none) own verify -purpose any -untrusted "$pki/chain.pem" "$1" ;;
    *) own verify -purpose any -untrusted "$pki/chain.pem" -CRLfile "$pki/crls.pem" -crl_check_all "$1" ;;
  esac
}
serial() { openssl x509 -in "$1" -noout -serial | sed 's/^serial=//' | tr A-F a-f; }
# The authority's own answer about a certificate, made when the document was sealed.
status() {
  for answer in "$pki/ocsp/$(serial "$1")"-*.der; do
    for issuer in "$pki"/authorities/*.pem; do
      own ocsp -issuer "$issuer" -cert "$1" -respin "$answer" -no_nonce -validity_period 4000000000 -verify_other "$pki/chain.pem" \
        >"$work/answer" 2>&1
      grep -q '^Response verify OK' "$work/answer" && grep -q ': good$' "$work/answer" && return
    done
  done
  cat "$work/answer"
  return 1
}
digest() { [ "$(head -c "$1" "$pdf" | sha256sum | cut -c 1-64)" = "$2" ]; }
whole() { [ "$(wc -c <"$pdf" | tr -d ' ')" = "$1" ]; }
# A file that arrived signed by others bears their signatures too: what those are worth is told by their own authorities.
readers() {
  valid=$(pdfsig -nocert "$pdf" | grep -c 'Signature is Valid')
  own=$(grep "^$id " "$work/plan" | grep -vc ' time-stamped ')
  if grep -q ' received ' "documents/$id/revisions.txt"; then [ "$valid" -ge "$own" ]; else [ "$valid" = "$own" ]; fi
}

echo "The files / Les fichiers"
try "SHA256SUMS" sha256sum -c --quiet --strict SHA256SUMS
echo "The audit log / Le journal d'audit"
: >"$work/plan"
echo 0 >"$work/moment"
try "every entry under its proof, every file known to the log" python3 -I verify.py . "$work"
try "the checkpoint's signature by the log's key" openssl pkeyutl -verify -pubin -inkey audit/log.pub.pem -rawin \
  -in "$work/checkpoint.body" -sigfile "$work/checkpoint.sig"
pki=audit/authority
at=$(cat "$work/moment")
sealed_log() { own cms -verify -cades -binary -inform DER -in audit/checkpoint.p7s -content audit/checkpoint \
  -certfile "$pki/chain.pem" -purpose any -signer "$work/signer.pem" -out /dev/null; }
try "the checkpoint's signature by the company's seal" sealed_log
try "the seal's certificate, its authorities and their revocation lists" chain "$work/signer.pem"

for folder in documents/*/; do
  id=$(basename "$folder")
  pdf="documents/$id/sealed.pdf"
  pki="documents/$id/authority"
  echo "$id"
  : >"$work/judged"
  while read -r number kind end digest _; do
    case $number in '#'*) continue ;; esac
    try "revision $number ($kind) is the beginning of the sealed file" digest "$end" "$digest"
    last=$end
  done <"documents/$id/revisions.txt"
  try "the sealed file ends with its last revision" whole "$last"
  while read -r document number kind start resume end proven field; do
    [ "$document" = "$id" ] || continue
    at=$proven
    file="documents/$id/signatures/$(printf %02d "$number")-$field"
    if [ "$kind" = time-stamped ]; then
      try "revision $number: the time stamp over the whole file" stamp_of_file
    else
      try "revision $number ($kind): the signature" signature
      try "revision $number ($kind): its certificate, the authorities above it, their revocation lists" chain "$work/signer.pem"
      # A seal that another authority issued: that one's answer is not ours to give. Told by the package, which the audit log knows; never of a person.
      if [ "$kind" != signed ] && grep -qx "$(serial "$work/signer.pem")" "$pki/unanswered.txt"; then
        echo "  --    revision $number ($kind): another authority issued this seal, and its answer is not here: ask that authority"
      else
        try "revision $number ($kind): the authority's answer about its certificate" status "$work/signer.pem"
      fi
      serial "$work/signer.pem" >>"$work/judged"
      try "revision $number ($kind): the time stamp over the signature" stamp_of_signature
    fi
  done <"$work/plan"
  grep -q "^$id " "$work/plan" || try "the signatures are told" false
  for certificate in "$pki"/certificates/*.pem; do
    ! grep -qx "$(basename "$certificate" .pem)" "$work/judged" || continue
    try "certificate $(basename "$certificate" .pem): authorities and revocation lists" once chain "$certificate"
    [ ! -f "$(echo "$pki/ocsp/$(basename "$certificate" .pem)"-*.der | cut -d ' ' -f 1)" ] ||
      try "certificate $(basename "$certificate" .pem): the authority's answer" once status "$certificate"
  done
  if command -v pdfsig >/dev/null; then try "pdfsig calls every signature valid" readers; else echo "  --    pdfsig is not installed: left out"; fi
done

echo
echo "Compare by another way / À comparer par une autre voie:"
cat audit/authority/root.pem documents/*/authority/root.pem >"$work/roots"
count=0
while IFS= read -r line; do
  case $line in *BEGIN*) count=$((count + 1)) ;; esac
  echo "$line" >>"$work/root-$count"
done <"$work/roots"
for root in "$work"/root-*; do openssl x509 -in "$root" -noout -fingerprint -sha256; done | sort -u | sed 's/.*=/  root certificate, SHA-256 /'
if [ -s "$work/annulled" ]; then echo "ANNULLED on / ANNULÉ le $(cat "$work/annulled"): genuine, but no longer in force / authentique, mais plus en vigueur."; fi
if [ "$bad" = 0 ]; then
  echo "GENUINE: every check passed. / AUTHENTIQUE : toutes les vérifications sont bonnes."
  exit 0
fi
if [ "$bad" = 1 ]; then echo "NOT GENUINE: 1 check failed. / NON AUTHENTIQUE : 1 vérification a échoué."; exit 1; fi
echo "NOT GENUINE: $bad checks failed. / NON AUTHENTIQUE : $bad vérifications ont échoué."
exit 1
