package classroom

import (
	"bytes"
	"crypto/rsa"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/ssh"

	"github.com/grader/grader/schema"
)

const (
	maxKeyFile = 64 << 10 // bytes
	maxComment = 100      // characters; longer comments of keys are cut
	minRSA     = 2048     // bits
)

// howToMakeOne is the end of messages about unusable keys.
const howToMakeOne = "make a new one: ssh-keygen -t ed25519"

// keyTypes returns the types of keys that the SSH server accepts.
func keyTypes() []string {
	return []string{
		ssh.KeyAlgoED25519, ssh.KeyAlgoSKED25519, ssh.KeyAlgoSKECDSA256,
		ssh.KeyAlgoECDSA256, ssh.KeyAlgoECDSA384, ssh.KeyAlgoECDSA521, ssh.KeyAlgoRSA,
	}
}

// parseKey parses a public key file that must hold one key.
func parseKey(text string) (schema.Key, error) {
	keys, err := ParseKeys(text)
	if err != nil {
		return schema.Key{}, err
	}
	if len(keys) > 1 {
		return schema.Key{}, invalidKey("these are %d keys; send one at a time", len(keys))
	}
	return keys[0], nil
}

// ParseKeys parses a public key file in OpenSSH's form with one key per line. It skips empty
// lines, comments and repeated keys. If a line is not a key, ParseKeys returns only an error:
// CodeInvalid describes the first such line and what to send instead.
func ParseKeys(text string) ([]schema.Key, error) {
	if len(text) > maxKeyFile {
		return nil, invalidKey("this is too long for public keys; %s", sendTheLine)
	}
	text, err := plainText(text)
	if err != nil {
		return nil, err
	}
	if err := otherForm(text); err != nil {
		return nil, err
	}
	lines := keyLines(text)
	if len(lines) == 0 {
		return nil, invalidKey("there is no public key in it; %s", sendTheLine)
	}
	var keys []schema.Key
	for i, line := range lines {
		key, err := parseKeyLine(line.text)
		if err != nil {
			return nil, whyNot(lines, i, err)
		}
		keys = append(keys, key)
	}
	return distinct(keys), nil
}

// whyNot returns the error for a file in which line i is not a key.
func whyNot(lines []keyLine, i int, err error) error {
	if i == 0 {
		if joined := unwrapped(lines); joined != "" {
			return invalidKey("the key is broken over %d lines. Send it as one line: %s", len(lines), joined)
		}
	}
	if len(lines) > 1 {
		return invalidKey("line %d: %s", lines[i].number, schema.MessageOf(err))
	}
	return err
}

// sendTheLine describes the form of a public key.
const sendTheLine = "send the one line of a file such as ~/.ssh/id_ed25519.pub, which begins with ssh-ed25519, ssh-rsa, ecdsa- or sk-"

func invalidKey(format string, args ...any) error {
	return schema.Errorf(schema.CodeInvalid, format, args...)
}

// keyLine is a line that is neither empty nor a comment.
type keyLine struct {
	number int // from 1
	text   string
}

func keyLines(text string) []keyLine {
	var lines []keyLine
	for i, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "#") {
			lines = append(lines, keyLine{i + 1, line})
		}
	}
	return lines
}

// unwrapped joins the lines of a key that a terminal or a mail program has wrapped. It
// returns "" if the lines are not one key.
func unwrapped(lines []keyLine) string {
	if len(lines) < 2 {
		return ""
	}
	var rest strings.Builder
	for _, line := range lines[1:] {
		rest.WriteString(line.text)
	}
	for _, gap := range []string{"", " "} {
		if key, err := parseKeyLine(lines[0].text + gap + rest.String()); err == nil {
			return keyText(key)
		}
	}
	return ""
}

// parseKeyLine parses one key in authorized_keys form.
func parseKeyLine(line string) (schema.Key, error) {
	public, comment, options, _, err := ssh.ParseAuthorizedKey([]byte(line))
	if err != nil {
		return schema.Key{}, notAKey(line)
	}
	if certificate, ok := public.(*ssh.Certificate); ok {
		key := newKey(certificate.Key, comment)
		return schema.Key{}, invalidKey("this is a certificate, and certificates are not used here. Send the key that it is for, this line: %s", keyText(key))
	}
	key := newKey(public, comment)
	if err := usable(public); err != nil {
		return schema.Key{}, err
	}
	if len(options) > 0 {
		return schema.Key{}, invalidKey("there is something before the key, and options are not used here. Send the key alone, this line: %s", keyText(key))
	}
	return key, nil
}

// usable returns an error for types of keys that the SSH server does not accept, and for short
// RSA keys.
func usable(public ssh.PublicKey) error {
	if !slices.Contains(keyTypes(), public.Type()) {
		return invalidKey("keys of the kind %s are not used here; %s", schema.Sanitize(public.Type()), howToMakeOne)
	}
	crypto, ok := public.(ssh.CryptoPublicKey)
	if !ok {
		return nil
	}
	if key, ok := crypto.CryptoPublicKey().(*rsa.PublicKey); ok && key.N.BitLen() < minRSA {
		return invalidKey("this RSA key has %d bits, and fewer than %d are not safe; %s", key.N.BitLen(), minRSA, howToMakeOne)
	}
	return nil
}

// notAKey returns the error for a line that is not a key.
func notAKey(line string) error {
	first, _, _ := strings.Cut(line, " ")
	switch {
	case slices.Contains(keyTypes(), first):
		return invalidKey("this key is cut short or damaged; copy the whole line again from the file that ends in .pub")
	case strings.HasPrefix(first, "SHA256:"), strings.HasPrefix(first, "MD5:"):
		return invalidKey("this is the fingerprint of a key; %s", sendTheLine)
	case strings.ContainsRune(line, '\u00a0'):
		if key, err := parseKeyLine(strings.ReplaceAll(line, "\u00a0", " ")); err == nil {
			return invalidKey("the spaces in this key are no-break spaces. Send this line: %s", keyText(key))
		}
	case strings.HasSuffix(line, ".pub"):
		return invalidKey("this is the name of a file; send what is in it")
	}
	return invalidKey("this is not a public key; %s", sendTheLine)
}

// newKey converts a public key to a schema.Key.
func newKey(public ssh.PublicKey, comment string) schema.Key {
	comment = strings.Join(strings.Fields(schema.Sanitize(comment)), " ")
	if runes := []rune(comment); len(runes) > maxComment {
		comment = string(runes[:maxComment-1]) + "…"
	}
	return schema.Key{
		Fingerprint: ssh.FingerprintSHA256(public), Public: string(bytes.TrimSpace(ssh.MarshalAuthorizedKey(public))), Comment: comment,
	}
}

// keyText returns the line of a key in a public key file.
func keyText(k schema.Key) string { return strings.TrimSpace(k.Public + " " + k.Comment) }

// distinct removes repeated keys.
func distinct(keys []schema.Key) []schema.Key {
	var all []schema.Key
	for _, k := range keys {
		if !slices.ContainsFunc(all, func(o schema.Key) bool { return o.Fingerprint == k.Fingerprint }) {
			all = append(all, k)
		}
	}
	return all
}

// plainText returns the text without a byte order mark. It returns an error for UTF-16.
func plainText(text string) (string, error) {
	if decoded, ok := fromUTF16(text); ok {
		if keys, err := ParseKeys(decoded); err == nil {
			return "", invalidKey("this is UTF-16 text, as PowerShell's > writes it. Send it as UTF-8, this line: %s", keyText(keys[0]))
		}
		return "", invalidKey("this is UTF-16 text, as PowerShell's > writes it, and no public key either; %s", sendTheLine)
	}
	text = strings.TrimPrefix(text, "\ufeff")
	if !utf8.ValidString(text) || strings.ContainsRune(text, 0) {
		return "", invalidKey("this is not text; %s", sendTheLine)
	}
	return text, nil
}

func privateKey(public ssh.PublicKey, comment string) error {
	const never = "this is a private key: it stays with you, and nobody else may have it."
	if public == nil {
		return invalidKey("%s Send the public key, which this command prints: ssh-keygen -y -f FILE", never)
	}
	if err := usable(public); err != nil {
		return invalidKey("%s Its public key could not be used either: %s", never, schema.MessageOf(err))
	}
	return invalidKey("%s Send the public key that belongs to it, this line: %s", never, keyText(newKey(public, comment)))
}

func otherFormOf(what string, public ssh.PublicKey, comment string) error {
	if public == nil {
		return invalidKey("this is %s, and it is damaged; %s", what, sendTheLine)
	}
	if err := usable(public); err != nil {
		return err
	}
	return invalidKey("this is %s. Send it in OpenSSH's form, this line: %s", what, keyText(newKey(public, comment)))
}
