// Package receipt implements proofs of pushes. A receipt is a short signed text that says what was
// received and when, and names the course's previous receipt. The server's public key verifies one
// receipt. All receipts of a course together show that none was changed, left out or added later.
package receipt

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// Receipt holds the content of a receipt.
type Receipt struct {
	Code       string // "7Q2K-M8DT", as the push shows it
	Submission schema.SubmissionName
	Pusher     string // login
	Commit     string // hex
	Tree       string // hex
	Received   time.Time
	State      schema.Timeliness
	Previous   Hash // of the course's previous receipt; "" for the first
	// Lost marks the first receipt of a new chain: the key was lost, or the data was restored
	// from a backup. Previous is then the last receipt that the server knew.
	Lost bool
}

// Hash identifies a receipt: SHA-256 of its signed text, in hex.
type Hash string

// The lines of a receipt, in order.
const (
	title         = "grader receipt 1"
	keySignature  = "signature"
	keyPrevious   = "previous"
	noPrevious    = "none"
	lostPrefix    = "lost "
	maxText       = 4096
	receivedStyle = "2006-01-02T15:04:05.000000Z"
)

// Signed is a receipt with its signature.
type Signed struct {
	Receipt
	Key       string // fingerprint of the public key that signed it
	signature []byte
}

// Sign returns the receipt signed by the key.
func Sign(r Receipt, key ed25519.PrivateKey) Signed {
	s := Signed{Receipt: r, Key: Fingerprint(key.Public().(ed25519.PublicKey))}
	s.signature = ed25519.Sign(key, []byte(s.body()))
	return s
}

// Fingerprint returns the fingerprint of a public key as receipts contain it: SHA-256 in base64, in
// OpenSSH's format.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(wireKey(key))
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// body returns the signed part of the text.
func (s Signed) body() string {
	previous := string(s.Previous)
	switch {
	case previous == "":
		previous = noPrevious
	case s.Lost:
		previous = lostPrefix + previous
	}
	return title + "\n" +
		"code: " + s.Code + "\n" +
		"submission: " + s.Submission.String() + "\n" +
		"pusher: " + s.Pusher + "\n" +
		"commit: " + s.Commit + "\n" +
		"tree: " + s.Tree + "\n" +
		"received: " + s.Received.UTC().Format(receivedStyle) + "\n" +
		"state: " + string(s.State) + "\n" +
		keyPrevious + ": " + previous + "\n" +
		"key: " + s.Key + "\n"
}

// Text returns the full text of the receipt with its signature.
func (s Signed) Text() string {
	return s.body() + keySignature + ": " + base64.StdEncoding.EncodeToString(s.signature) + "\n"
}

// Hash returns the hash that identifies the receipt.
func (s Signed) Hash() Hash {
	sum := sha256.Sum256([]byte(s.Text()))
	return Hash(hex.EncodeToString(sum[:]))
}

// first reports whether the receipt begins a chain.
func (s Signed) first() bool { return s.Previous == "" || s.Lost }

// VerifyAny verifies a receipt with the one of the keys that it names. CodeRefused: it names none
// of them, or it was changed.
func VerifyAny(s Signed, keys []ed25519.PublicKey) error {
	var err error = schema.Errorf(schema.CodeInvalid, "no key was given to check receipt %s", s.Code)
	for _, key := range keys {
		if err = s.Verify(key); err == nil || s.Key == Fingerprint(key) {
			return err
		}
	}
	return err
}

// Verify verifies the signature. CodeRefused: another key signed it, or it was changed.
func (s Signed) Verify(key ed25519.PublicKey) error {
	if want := Fingerprint(key); s.Key != want {
		return schema.Errorf(schema.CodeRefused, "receipt %s was signed by another key (%s, not %s); use the public key of the server that made it", s.Code, s.Key, want)
	}
	if !ed25519.Verify(key, []byte(s.body()), s.signature) {
		return schema.Errorf(schema.CodeRefused, "receipt %s was changed after it was signed", s.Code)
	}
	return nil
}

// Split splits the text of a file into the texts of its receipts. Text before the first receipt is
// returned with it.
func Split(text string) []string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	var parts []string
	for _, line := range strings.SplitAfter(text, "\n") {
		if strings.TrimSpace(line) == title && (len(parts) > 0 && strings.Contains(parts[len(parts)-1], title)) || len(parts) == 0 {
			parts = append(parts, "")
		}
		parts[len(parts)-1] += line
	}
	return parts
}

// Parse parses the text of a receipt. It accepts CRLF and surrounding blanks, which mail programs
// add. CodeInvalid: it is not a receipt.
func Parse(text string) (Signed, error) {
	if len(text) > maxText {
		return Signed{}, schema.Errorf(schema.CodeInvalid, "this is not a receipt: it has %d bytes, and a receipt has at most %d", len(text), maxText)
	}
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n")), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimSpace(line)
	}
	if lines[0] != title {
		return Signed{}, schema.Errorf(schema.CodeInvalid, "this is not a receipt: its first line is not %q", title)
	}
	var s Signed
	fields := s.fields()
	if len(lines) != len(fields)+1 {
		return Signed{}, schema.Errorf(schema.CodeInvalid, "the receipt is incomplete: it has %d lines of %d", len(lines), len(fields)+1)
	}
	for i, f := range fields {
		key, value, _ := strings.Cut(lines[i+1], ": ")
		if key != f.key {
			return Signed{}, schema.Errorf(schema.CodeInvalid, "line %d of the receipt must begin with %q", i+2, f.key+": ")
		}
		if err := f.read(value); err != nil {
			return Signed{}, schema.Errorf(schema.CodeInvalid, "line %d of the receipt: %s cannot be read", i+2, f.key)
		}
	}
	if strings.Join(lines, "\n")+"\n" != s.Text() {
		return Signed{}, schema.Errorf(schema.CodeInvalid, "this is not a receipt in the form that grader writes")
	}
	return s, nil
}

// field is a line of a receipt.
type field struct {
	key  string
	read func(value string) error
}

func text(to *string) func(string) error {
	return func(value string) error {
		*to = value
		return nil
	}
}

// fields returns the lines after the first, each with a function that parses its value into s.
func (s *Signed) fields() []field {
	return []field{
		{"code", text(&s.Code)},
		{"submission", func(v string) (err error) { s.Submission, err = schema.ParseSubmissionName(v); return err }},
		{"pusher", text(&s.Pusher)},
		{"commit", text(&s.Commit)},
		{"tree", text(&s.Tree)},
		{"received", func(v string) (err error) { s.Received, err = time.Parse(receivedStyle, v); return err }},
		{"state", func(v string) error { s.State = schema.Timeliness(v); return nil }},
		{keyPrevious, s.readPrevious},
		{"key", text(&s.Key)},
		{keySignature, func(v string) (err error) { s.signature, err = base64.StdEncoding.DecodeString(v); return err }},
	}
}

func (s *Signed) readPrevious(value string) error {
	if value == noPrevious {
		return nil
	}
	rest, lost := strings.CutPrefix(value, lostPrefix)
	if b, err := hex.DecodeString(rest); err != nil || len(b) != sha256.Size {
		return fmt.Errorf("hash %q", value)
	}
	s.Previous, s.Lost = Hash(rest), lost
	return nil
}
