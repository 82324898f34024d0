/** What the checklists of an evidence package say. Plain text in lines of at most 100 characters. */
export const evidence = {
  heading: 'Evidence package',
  about: 'The signed document “{title}”, sealed by {company} on {at}.',
  declared: { annulled: 'ANNULLED on {at}', reinstated: 'Annulment taken back on {at}' },
  notInForce: 'The document below is genuine but no longer in force.',
  body: `1. The quick way
----------------
   sh verify.sh

   It needs no network and no Paraphe: only sha256sum, openssl (3.0 or later), python3, and pdfsig
   where it is installed. It says of each check whether it is good, and ends with GENUINE (exit
   status 0) or NOT GENUINE (1). It and verify.py are short: read them before you trust them.

2. What must be compared by another way
---------------------------------------
   A package that somebody else made anew, wholly, with an authority of their own, agrees with
   itself. So compare this fingerprint with the one that the company gives you by telephone, on
   paper or on its website (verify.sh prints it from the package; it must be the same everywhere):

   SHA-256 of the root certificate:
{roots}

   Everything else hangs on that certificate. The audit log's own key is covered too, for the
   company's seal signs the state of the log; if you know the key,
   the SHA-256 of its public part (SPKI, DER) is
     {logKey}

   Whether the document was annulled after this package was made, only the company's register
   knows: {verifyUrl}/{document}

3. What is here
---------------
   documents/ID/sealed.pdf         the signed and sealed file; what counts
   documents/ID/original.*         the file as it was uploaded
   documents/ID/certificate.pdf    its certificate of completion, cut out to be read; unsigned copy
   documents/ID/revisions.txt      each state of the file: where it ends, its SHA-256, and where its
                                   signature stands
   documents/ID/signatures/        each signature (.p7s) and each RFC 3161 time stamp (.tst)
   documents/ID/authority/         root and authorities, revocation lists (CRL), signers'
                                   certificates, the authority's answers about them (OCSP)
   attachments/                    files that people attached when they signed, if any: the SHA-256 of
                                   each stands in their row of the certificate of completion
   audit/entries.jsonl             what happened to the document, one entry a line
   audit/*.tlog-proof              that each entry stands in the log (c2sp.org/tlog-proof)
   audit/checkpoint, .p7s          the signed state of the log, and the company's seal over it
   audit/clear.jsonl               clear texts of entries, each with the salt of its commitment
   audit/authority/, log.pub.pem   who vouches for the state of the log
   SHA256SUMS, verify.sh, verify.py, CHECKLIST.*

   Machine addresses, browsers and reasons that were not for everybody are left out: the entries
   hold only commitments to them, which say nothing without their salts. The last entry records
   the making of this package, with the digest of every file in it and of all entries before.

4. By hand
----------
   [ ] sha256sum -c SHA256SUMS
   [ ] cd documents/{document}
   [ ] A revision: with END and SHA-256 from revisions.txt,
         head -c END sealed.pdf | sha256sum
   [ ] Its signature covers the file from its beginning to END but for FROM to TO:
         (head -c FROM sealed.pdf; head -c END sealed.pdf | tail -c +$((TO + 1))) > covered
         openssl cms -verify -cades -binary -inform DER -in signatures/NN-FIELD.p7s \\
           -content covered -CAfile authority/root.pem -certfile authority/chain.pem \\
           -purpose any -signer signer.pem -out /dev/null
       once a certificate has ended, with -attime SECONDS: the archive time stamp proves the time.
   [ ] Whose it is, and that it was valid:
         openssl x509 -in signer.pem -noout -subject -serial -dates
         openssl verify -purpose any -crl_check_all -CAfile authority/root.pem \\
           -untrusted authority/chain.pem -CRLfile authority/crls.pem -attime SECONDS signer.pem
   [ ] When, and who says so:
         openssl ts -reply -token_in -in signatures/NN-FIELD.tst -text
         openssl ts -verify -token_in -in signatures/NN-FIELD.tst -data covered \\
           -CAfile authority/root.pem -untrusted authority/chain.pem
       (so for the last revision; the stamp of a signature is over the signature's value)
   [ ] pdfsig sealed.pdf, or any PDF reader that trusts authority/root.pem
   [ ] Read the sealed file: names, dates, fields. Compare it with what you were shown.

5. What this does not prove
---------------------------
   That a person is who they say: the certificate of completion says how each was identified. That
   the time is anybody else's: each token names whose clock it is. That the signatures are
   qualified: they are advanced, by the company's own authority.
`,
}
