package receipt

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"strings"

	"github.com/grader/grader/schema"
)

// keyType is OpenSSH's name of ed25519 keys (RFC 8709).
const keyType = "ssh-ed25519"

// wireKey encodes a public key according to RFC 4253 section 6.6 and RFC 8709 section 4.
func wireKey(key ed25519.PublicKey) []byte {
	var b []byte
	for _, part := range [][]byte{[]byte(keyType), key} {
		b = binary.BigEndian.AppendUint32(b, uint32(len(part)))
		b = append(b, part...)
	}
	return b
}

// KeyText returns a public key in OpenSSH's format, as the server publishes it.
func KeyText(key ed25519.PublicKey) string {
	return keyType + " " + base64.StdEncoding.EncodeToString(wireKey(key)) + " grader-receipts\n"
}

// ParseKey parses the output of KeyText. CodeInvalid: text is not such a key.
func ParseKey(text string) (ed25519.PublicKey, error) {
	bad := schema.Errorf(schema.CodeInvalid, "this is not a receipt key; a receipt key is one line that begins with %q, as the command receipt-key prints it", keyType)
	words := strings.Fields(text)
	if len(words) < 2 || words[0] != keyType {
		return nil, bad
	}
	wire, err := base64.StdEncoding.DecodeString(words[1])
	if err != nil || len(wire) < ed25519.PublicKeySize {
		return nil, bad
	}
	key := ed25519.PublicKey(wire[len(wire)-ed25519.PublicKeySize:])
	if string(wireKey(key)) != string(wire) {
		return nil, bad
	}
	return key, nil
}
